-- What happens to a payment after it was made: captures, refunds, and the
-- table that says which action is possible in which state.

CREATE TABLE pay.captures (
    merchant_id  bigint NOT NULL,
    capture_id   uuid NOT NULL,
    payment_id   uuid NOT NULL,
    amount       bigint NOT NULL CHECK (amount > 0),
    final        boolean NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, capture_id)
) PARTITION BY RANGE (capture_id);

CREATE INDEX captures_payment ON pay.captures (merchant_id, payment_id);

CREATE TABLE pay.refunds (
    merchant_id     bigint NOT NULL,
    refund_id       uuid NOT NULL,
    payment_id      uuid NOT NULL,
    amount          bigint NOT NULL CHECK (amount BETWEEN 1 AND 999999999999),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    version         integer NOT NULL DEFAULT 1 CHECK (version > 0),
    exponent        smallint NOT NULL,
    livemode        boolean NOT NULL,
    currency        text NOT NULL CHECK (octet_length(currency) = 3),
    status          text NOT NULL
                    CHECK (status IN ('pending', 'succeeded', 'failed')),
    metadata        text NOT NULL,           -- a JSON object of strings
    reason          text CHECK (reason IN ('duplicate', 'fraudulent',
                                           'requested_by_customer')),
    reference       text,
    failure_code    text,
    failure_message text,
    PRIMARY KEY (merchant_id, refund_id),
    CONSTRAINT refunds_failure
        CHECK ((failure_code IS NOT NULL) = (status = 'failed'))
) PARTITION BY RANGE (refund_id);

CREATE INDEX refunds_payment ON pay.refunds (merchant_id, payment_id);

-- The payment of a refund's event: its versions count these events too.
ALTER TABLE pay.journal ADD COLUMN parent_id uuid;

-- The state machine as data.  refusal NULL: the action is possible; else the
-- problem that it gets.  What is not here can not happen.
CREATE TABLE pay.transitions (
    status       text NOT NULL,
    action       text NOT NULL,
    refusal      text,
    PRIMARY KEY (status, action)
);

INSERT INTO pay.transitions (status, action, refusal)
SELECT s.status, a.action,
       CASE WHEN a.action = 'update' THEN NULL
            WHEN s.status = 'partially_captured' THEN NULL
            WHEN s.status = 'authorized' AND a.action IN ('refund', 'settle',
                                                          'dispute')
                 THEN 'payment_not_captured'
            WHEN s.status = 'authorized' THEN NULL
            WHEN s.status = 'captured' AND a.action IN ('refund', 'settle',
                                                        'dispute') THEN NULL
            ELSE s.refusal END
  FROM (VALUES ('processing', 'payment_processing'), ('authorized', NULL),
               ('partially_captured', NULL),
               ('captured', 'payment_already_captured'),
               ('canceled', 'payment_canceled'),
               ('expired', 'authorization_expired'),
               ('failed', 'payment_failed')) AS s (status, refusal),
       (VALUES ('capture'), ('cancel'), ('refund'), ('update'), ('expire'),
               ('settle'), ('dispute')) AS a (action);
