-- What happens without a request: processors that answer late, authorizations
-- that expire.  The indexes hold what is due and nothing else.
CREATE INDEX payments_processing ON pay.payments (created_at)
    WHERE status = 'processing';
CREATE INDEX payments_expiring ON pay.payments (authorization_expires_at)
    WHERE status IN ('authorized', 'partially_captured');
CREATE INDEX refunds_pending ON pay.refunds (created_at)
    WHERE status = 'pending';

-- One owner of a task at a time, over all workers and nodes.
CREATE TABLE pay.leases (
    task         text PRIMARY KEY,
    holder       uuid NOT NULL,
    until        timestamptz NOT NULL
);

INSERT INTO pay.transitions (status, action, refusal) VALUES
    ('processing', 'resolve', NULL), ('authorized', 'resolve', NULL),
    ('partially_captured', 'resolve', NULL),
    ('captured', 'resolve', 'payment_already_captured'),
    ('canceled', 'resolve', 'payment_canceled'),
    ('expired', 'resolve', 'authorization_expired'),
    ('failed', 'resolve', 'payment_failed');
