-- What each run of the relay has numbered, in the order of these runs: the index by
-- which whoever reads the events of all merchants goes on from where it was, and
-- sees which merchants have news.
CREATE TABLE pay.relay_batches (
    batch        bigint NOT NULL,            -- 1, 2, 3, ... of this database
    day          date NOT NULL,              -- of the database's clock, UTC
    at           timestamptz NOT NULL,
    low          xid8,                       -- its transactions, from this one on
    high         xid8,                       -- and below this one; NULL: those of
                                             -- another cluster, after a restore
    merchants    bigint[] NOT NULL,          -- whose events these are; of each,
    livemodes    boolean[] NOT NULL,         -- by the same place: its mode,
    firsts       bigint[] NOT NULL,          -- the first sequence,
    counts       bigint[] NOT NULL,          -- and how many
    PRIMARY KEY (batch, day)
) PARTITION BY RANGE (day);

-- until the functions that make them have been replaced as well
DO $$
DECLARE
    today constant date := (now() AT TIME ZONE 'UTC')::date;
    d date;
BEGIN
    FOR d IN SELECT today + i FROM generate_series(-1, 14) AS i LOOP
        EXECUTE format('CREATE TABLE pay.%I PARTITION OF pay.relay_batches '
                       'FOR VALUES FROM (%L) TO (%L)',
                       'relay_batches_' || to_char(d, 'YYYYMMDD'), d, d + 1);
    END LOOP;
END $$;

CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON pay.relay_batches
    FOR EACH ROW EXECUTE FUNCTION pay.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pay.relay_batches
    FOR EACH STATEMENT EXECUTE FUNCTION pay.refuse_change();

-- the last batch there was
ALTER TABLE pay.relay ADD COLUMN batch bigint NOT NULL DEFAULT 0;
