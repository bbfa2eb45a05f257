-- Where the events of all merchants go: a place in the batches of the relay, and who
-- goes on from there.  Names are those of the configuration.
CREATE TABLE pay.sinks (
    sink         text PRIMARY KEY,           -- kind:name
    holder       uuid NOT NULL,              -- who reads, until
    until        timestamptz NOT NULL,
    batch        bigint NOT NULL,            -- of pay.relay_batches: all before it
    position     bigint NOT NULL,            -- and so many events of it were taken
    lost         bigint NOT NULL DEFAULT 0,  -- events that went with their day before
    acked_at     timestamptz                 -- when the place was moved
) WITH (fillfactor = 20);
