-- Payments of acquirers.  A key whose acquirer is asked has a row of the journal with
-- status 0, "begun", written before the request leaves; one with status 1, "undone",
-- follows where the acquirer surely did nothing, and frees the key.  Its body is the
-- attempt: all that is needed to ask again and to end it (docs/processors.md).
CREATE INDEX journal_begun ON pay.journal (xid) WHERE status = 0;

-- processor NULL: the simulator.  operation is the attempt that an acquirer is asked
-- for at the moment; until it has ended no other one changes the payment's money.
-- pending_action is what is shown of it (JSON), once a client was answered 202.
ALTER TABLE pay.payments
    ADD COLUMN processor text,
    ADD COLUMN processor_reference text,
    ADD COLUMN operation text,
    ADD COLUMN pending_action text;

-- Attempts whose end is not known: who begun them has died, or its client has been
-- answered 202.  A row is the begun row of the journal, without its key's retention.
CREATE TABLE pay.followups (
    merchant_id  bigint NOT NULL,
    attempt      text NOT NULL,
    livemode     boolean NOT NULL,
    key_hash     uuid NOT NULL,
    key          text,
    fingerprint  bytea,
    request_id   uuid NOT NULL,
    request      text NOT NULL,
    object_id    uuid NOT NULL,
    begun_at     timestamptz NOT NULL,
    args         text NOT NULL,
    due          timestamptz NOT NULL,
    tries        integer NOT NULL DEFAULT 0,
    PRIMARY KEY (merchant_id, attempt)
);

CREATE INDEX followups_due ON pay.followups (due);

-- Up to where journal_begun has been looked through: one row.
CREATE TABLE pay.begun_mark (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    xid  xid8 NOT NULL
);

INSERT INTO pay.begun_mark (xid) VALUES ('0');
