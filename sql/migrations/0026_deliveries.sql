-- What webhook endpoints were sent and what they answered, kept as long as the events
-- themselves; and events that a merchant wants to be sent again.

ALTER TABLE pay.webhook_endpoints
    ADD COLUMN sent bigint NOT NULL DEFAULT 0,       -- the last event that was tried
    ADD COLUMN takes boolean NOT NULL DEFAULT false, -- some of what it was sent last
    ADD COLUMN noted uuid;                           -- the last call that noted it

UPDATE pay.webhook_endpoints SET sent = cursor, takes = (failures = 0);

-- asked for: its failures say nothing of the endpoint
ALTER TABLE pay.webhook_retries ADD COLUMN manual boolean NOT NULL DEFAULT false;

-- First attempts, one row for all that were noted together.
CREATE TABLE pay.webhook_pages (
    merchant_id  bigint NOT NULL,
    endpoint_id  uuid NOT NULL,
    first        bigint NOT NULL,            -- a sequence
    day          date NOT NULL,
    at           timestamptz NOT NULL,       -- when they were noted
    offsets      smallint[] NOT NULL,        -- the sequences, from "first" on,
                                             -- ascending; of each, by its place:
    answers      smallint[] NOT NULL,        -- a status; below 0: why none came
    began        int[] NOT NULL,             -- ms before "at"
    took         int[] NOT NULL,             -- ms
    PRIMARY KEY (merchant_id, endpoint_id, first, day)
) PARTITION BY RANGE (day);

-- Attempts of what had been tried before.
CREATE TABLE pay.webhook_attempts (
    merchant_id  bigint NOT NULL,
    endpoint_id  uuid NOT NULL,
    sequence     bigint NOT NULL,
    attempt      smallint NOT NULL,
    day          date NOT NULL,
    at           timestamptz NOT NULL,       -- when it began
    answer       smallint NOT NULL,
    took         int NOT NULL,
    PRIMARY KEY (merchant_id, endpoint_id, sequence, attempt, day)
) PARTITION BY RANGE (day);

-- until the functions that make them have been replaced as well
DO $$
DECLARE
    today constant date := (now() AT TIME ZONE 'UTC')::date;
    parent text;
    d date;
BEGIN
    FOREACH parent IN ARRAY ARRAY['webhook_pages', 'webhook_attempts'] LOOP
        FOR d IN SELECT today + i FROM generate_series(-1, 14) AS i LOOP
            EXECUTE format('CREATE TABLE pay.%I PARTITION OF pay.%I '
                           'FOR VALUES FROM (%L) TO (%L)',
                           parent || '_' || to_char(d, 'YYYYMMDD'), parent,
                           d, d + 1);
        END LOOP;
    END LOOP;
END $$;

CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON pay.webhook_pages
    FOR EACH ROW EXECUTE FUNCTION pay.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pay.webhook_pages
    FOR EACH STATEMENT EXECUTE FUNCTION pay.refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON pay.webhook_attempts
    FOR EACH ROW EXECUTE FUNCTION pay.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pay.webhook_attempts
    FOR EACH STATEMENT EXECUTE FUNCTION pay.refuse_change();
