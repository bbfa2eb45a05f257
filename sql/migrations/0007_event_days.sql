-- What an event's object was like before, and events in days, so that they go
-- with the days of the journal that they point to.
ALTER TABLE pay.journal ADD COLUMN previous text;   -- a JSON object, or NULL

-- The last sequence that was given.  The events themselves cannot tell it once
-- their days have been dropped.
CREATE TABLE pay.event_counters (
    merchant_id  bigint NOT NULL,
    livemode     boolean NOT NULL,
    last         bigint NOT NULL,
    PRIMARY KEY (merchant_id, livemode)
) WITH (fillfactor = 50);

INSERT INTO pay.event_counters
SELECT merchant_id, livemode, max(sequence) FROM pay.events GROUP BY 1, 2;

-- it depends on the table's row; the functions are made anew after migrations
DROP FUNCTION IF EXISTS pay.event_body(pay.events, pay.journal);

ALTER TABLE pay.events RENAME TO events_0;
ALTER TABLE pay.events_0 RENAME CONSTRAINT events_pkey TO events_0_pkey;
ALTER INDEX pay.events_id RENAME TO events_0_id;

CREATE TABLE pay.events (
    merchant_id  bigint NOT NULL,
    livemode     boolean NOT NULL,
    sequence     bigint NOT NULL,            -- 1, 2, 3, ... of this merchant
    event_id     uuid NOT NULL,              -- and where it is in the journal:
    day          date NOT NULL,
    key_hash     uuid NOT NULL,
    generation   smallint NOT NULL,
    event_type   text NOT NULL,
    PRIMARY KEY (merchant_id, livemode, sequence, day)
) PARTITION BY RANGE (day);

CREATE UNIQUE INDEX events_id ON pay.events (merchant_id, event_id, day);

DO $$
DECLARE
    d date;
BEGIN
    FOR d IN SELECT DISTINCT day FROM pay.events_0 LOOP
        EXECUTE format('CREATE TABLE pay.%I PARTITION OF pay.events '
                       'FOR VALUES FROM (%L) TO (%L)',
                       'events_' || to_char(d, 'YYYYMMDD'), d, d + 1);
    END LOOP;
END $$;

INSERT INTO pay.events SELECT * FROM pay.events_0;
DROP TABLE pay.events_0;

-- Keys that were canceled by their owner, and what came of it.  One that had
-- not been seen before is in the journal as well, where it refuses a request
-- that is late.
CREATE TABLE pay.canceled_keys (
    merchant_id  bigint NOT NULL,
    key_hash     uuid NOT NULL,
    day          date NOT NULL,              -- of the cancellation
    canceled_at  timestamptz NOT NULL,
    request_id   uuid NOT NULL,
    PRIMARY KEY (merchant_id, key_hash, day)
) PARTITION BY RANGE (day);
