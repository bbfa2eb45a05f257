-- The tables.  Every key starts with merchant_id = (sequence << 12) | bucket,
-- so that a shard holds whole merchants and no transaction leaves a shard.
-- Ids are UUIDv7 made by the module: their order is the order of time, so a
-- range of ids is a range of time and partitions by id are partitions by time.

-- Merchants and their API keys ----------------------------------------------

CREATE TABLE pay.merchants (
    merchant_id  bigint PRIMARY KEY CHECK (merchant_id > 0),
    public_id    uuid NOT NULL,              -- mer_... is its base32
    name         text NOT NULL,
    status       text NOT NULL DEFAULT 'active'
                 CHECK (status IN ('active', 'suspended')),
    created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE pay.api_keys (
    merchant_id  bigint NOT NULL REFERENCES pay.merchants,
    key_hash     bytea NOT NULL CHECK (octet_length(key_hash) = 32),
    key_id       uuid NOT NULL,
    name         text NOT NULL,
    prefix       text NOT NULL CHECK (octet_length(prefix) = 12),
    livemode     boolean NOT NULL,
    scopes       text[] NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (merchant_id, key_hash)      -- SHA-256 of the key, no secret
);

-- Payments ------------------------------------------------------------------

-- head is the part of the JSON object that never changes, made once by the
-- module; pay.payment_body() appends the part that does.  What a query or a
-- constraint needs is a column as well.
CREATE TABLE pay.payments (
    merchant_id          bigint NOT NULL,
    payment_id           uuid NOT NULL,
    amount               bigint NOT NULL,
    amount_authorized    bigint NOT NULL,
    amount_captured      bigint NOT NULL,
    amount_refunded      bigint NOT NULL DEFAULT 0,
    amount_canceled      bigint NOT NULL DEFAULT 0,
    amount_disputed      bigint NOT NULL DEFAULT 0,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    authorized_at        timestamptz,
    captured_at          timestamptz,
    canceled_at          timestamptz,
    authorization_expires_at timestamptz,
    version              integer NOT NULL DEFAULT 1 CHECK (version > 0),
    livemode             boolean NOT NULL,
    currency             text NOT NULL CHECK (octet_length(currency) = 3),
    status               text NOT NULL,
    expiry_action        text NOT NULL
                         CHECK (expiry_action IN ('cancel', 'capture')),
    token                text NOT NULL,
    head                 text NOT NULL,
    metadata             text NOT NULL,      -- a JSON object of strings
    customer             text,
    reference            text,
    description          text,
    failure_code         text,
    failure_message      text,
    cancellation_reason  text,
    PRIMARY KEY (merchant_id, payment_id),
    CONSTRAINT payments_amount CHECK (amount BETWEEN 1 AND 999999999999),
    CONSTRAINT payments_captured CHECK (
        amount_captured >= 0 AND amount_canceled >= 0
        AND amount_captured + amount_canceled <= amount_authorized
        AND amount_authorized <= amount),
    CONSTRAINT payments_refunded CHECK (
        amount_refunded >= 0 AND amount_disputed >= 0
        AND amount_refunded + amount_disputed <= amount_captured),
    CONSTRAINT payments_status CHECK (
        CASE status
        WHEN 'processing' THEN amount_authorized = 0
        WHEN 'failed' THEN amount_authorized = 0 AND failure_code IS NOT NULL
        WHEN 'authorized' THEN amount_authorized > 0 AND amount_captured = 0
                               AND amount_canceled = 0
        WHEN 'partially_captured' THEN amount_captured > 0
                               AND amount_captured + amount_canceled
                                   < amount_authorized
        WHEN 'captured' THEN amount_captured > 0
                               AND amount_captured + amount_canceled
                                   = amount_authorized
        WHEN 'canceled' THEN amount_captured = 0
        WHEN 'expired' THEN amount_captured = 0
        ELSE false END)
) PARTITION BY RANGE (payment_id);

-- Unique for ever, which an index over partitions of payments can not be.
CREATE TABLE pay.payment_references (
    merchant_id  bigint NOT NULL,
    livemode     boolean NOT NULL,
    reference    text NOT NULL,
    payment_id   uuid NOT NULL,
    PRIMARY KEY (merchant_id, livemode, reference)
);

-- The ledger ----------------------------------------------------------------

CREATE TABLE pay.accounts (
    account      smallint PRIMARY KEY,
    name         text NOT NULL UNIQUE
);

INSERT INTO pay.accounts VALUES
    (1, 'processor_receivable'), (2, 'merchant_pending'),
    (3, 'merchant_available'), (4, 'merchant_reserved'), (5, 'fees'),
    (6, 'cash');

-- One row is one balanced movement: its debit and its credit can not differ.
-- A ledger transaction is its legs.  Insert-only.
CREATE TABLE pay.ledger_transfers (
    merchant_id     bigint NOT NULL,
    transaction_id  uuid NOT NULL,
    source_id       uuid NOT NULL,           -- payment or refund
    amount          bigint NOT NULL CHECK (amount > 0),
    created_at      timestamptz NOT NULL,
    leg             smallint NOT NULL DEFAULT 1,
    debit           smallint NOT NULL,       -- pay.accounts
    credit          smallint NOT NULL CHECK (credit <> debit),
    livemode        boolean NOT NULL,
    currency        text NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('capture', 'settlement',
                    'refund', 'refund_succeeded', 'refund_failed',
                    'dispute')),
    PRIMARY KEY (merchant_id, transaction_id, leg)
) PARTITION BY RANGE (transaction_id);

-- The classic view: two entries a row, debits positive.
CREATE VIEW pay.ledger_entries AS
SELECT merchant_id, transaction_id, leg, livemode, currency, kind, source_id,
       a.name AS account, side.direction, t.amount,
       side.sign * t.amount AS signed_amount, t.created_at
  FROM pay.ledger_transfers t
 CROSS JOIN LATERAL (VALUES ('debit', t.debit, 1), ('credit', t.credit, -1))
       AS side (direction, account, sign)
  JOIN pay.accounts a ON a.account = side.account;

-- The journal ---------------------------------------------------------------

-- One row for each executed request and each background change: its record
-- of idempotency, its event, its place in the object's history, and the
-- bytes of the answer, once.  Insert-only; days are dropped whole when the
-- retention of events ends.  A key expires by comparison with created_at.
CREATE TABLE pay.journal (
    merchant_id    bigint NOT NULL,
    key_hash       uuid NOT NULL,            -- of mode and key; random: none
    day            date NOT NULL,            -- of the database's clock, UTC
    generation     smallint NOT NULL DEFAULT 0,  -- the key's reuse that day
    status         smallint NOT NULL,        -- HTTP
    object_version integer NOT NULL,
    livemode       boolean NOT NULL,
    request_id     uuid NOT NULL,
    event_id       uuid NOT NULL,
    object_id      uuid NOT NULL,
    xid            xid8 NOT NULL DEFAULT pg_current_xact_id(),
    created_at     timestamptz NOT NULL,     -- of the database's clock
    fingerprint    bytea CHECK (octet_length(fingerprint) = 32),
    request        text NOT NULL,            -- "POST /v1/payments"
    body           text NOT NULL,            -- of the answer
    event_type     text,                     -- NULL: a stored refusal
    event_body     text,                     -- where it is not the answer's
    key            text,
    PRIMARY KEY (merchant_id, key_hash, day, generation)
) PARTITION BY RANGE (day);

-- the order in which events are read: data-layer for outbox readers
CREATE INDEX journal_log ON pay.journal (xid, event_id);

-- Insert-only, also for the owner: a mistake in a function must not be able
-- to rewrite history.
CREATE FUNCTION pay.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON pay.ledger_transfers
    FOR EACH ROW EXECUTE FUNCTION pay.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pay.ledger_transfers
    FOR EACH STATEMENT EXECUTE FUNCTION pay.refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON pay.journal
    FOR EACH ROW EXECUTE FUNCTION pay.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pay.journal
    FOR EACH STATEMENT EXECUTE FUNCTION pay.refuse_change();
