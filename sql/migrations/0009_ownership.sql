-- Which merchants are this shard's.  A shard is whole until merchants leave it,
-- or until it is told that it has none yet (pay.own()).
CREATE TABLE pay.ownership (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch       bigint NOT NULL,             -- of the last change; only grows
    buckets     bytea NOT NULL CHECK (octet_length(buckets) = 512),
                                             -- bit b: bucket b is here
    exceptions  boolean NOT NULL DEFAULT false  -- pay.placements has rows
) WITH (fillfactor = 50);

INSERT INTO pay.ownership (epoch, buckets)
VALUES (1, decode(repeat('ff', 512), 'hex'));

-- What the bits do not say.  A subject below 4096 is a bucket on its way, any
-- other is a merchant on his way or not where his bucket is; a merchant's row
-- counts before his bucket's.
CREATE TABLE pay.placements (
    subject     bigint PRIMARY KEY CHECK (subject >= 0),
    state       text NOT NULL CHECK (state IN (
                    'leaving',               -- here; replicas do not answer
                    'frozen',                -- not here any more, nor there yet
                    'away',                  -- elsewhere
                    'arriving',              -- not here yet
                    'here')),
    since       timestamptz NOT NULL DEFAULT now()
);

-- A row that comes from another shard belongs to no transaction of this one, and
-- its event, if it is one, has its sequence.  Only for who writes as a replica
-- does; asked again, since ENABLE TRIGGER USER makes it fire for everybody.
CREATE FUNCTION pay.arrive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('session_replication_role') = 'replica' THEN
        NEW.xid := '0';
    END IF;

    RETURN NEW;
END $$;

CREATE TRIGGER arrive BEFORE INSERT ON pay.journal
    FOR EACH ROW EXECUTE FUNCTION pay.arrive();
ALTER TABLE pay.journal ENABLE REPLICA TRIGGER arrive;

-- no transaction has a smaller number: what has arrived is not due
UPDATE pay.relay SET xid = '3' WHERE xid < '3';
