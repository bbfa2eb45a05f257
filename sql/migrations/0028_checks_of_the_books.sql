-- How far the check of the books has got, and what the last whole one has found: one
-- row.  It goes through the sums of accounts a slice at a time, so that no call of it
-- is long.
CREATE TABLE pay.ledger_check (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    merchant    bigint NOT NULL DEFAULT 0,   -- looked at up to this one; 0: none yet
    found       bigint NOT NULL DEFAULT 0,   -- unbalanced books so far
    checked_at  timestamptz,                 -- when the last whole check ended; NULL:
                                             -- there was none
    unbalanced  bigint NOT NULL DEFAULT 0    -- what it has found
);

INSERT INTO pay.ledger_check DEFAULT VALUES;

-- What an operator looks at first: endpoints that take nothing, oldest trouble first.
-- It changes with the first failure and the next success only.
CREATE INDEX webhook_endpoints_failing ON pay.webhook_endpoints (failing_since)
    WHERE failing_since IS NOT NULL;
