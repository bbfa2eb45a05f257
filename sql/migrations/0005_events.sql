-- The public order of events.  A row's place in the journal is taken while its
-- object is locked, so that an object's changes are in their order whatever
-- their transactions' numbers are.
CREATE SEQUENCE pay.journal_position;
ALTER TABLE pay.journal ADD COLUMN position bigint;
ALTER TABLE pay.journal ALTER COLUMN position
    SET DEFAULT nextval('pay.journal_position');

CREATE TABLE pay.events (
    merchant_id  bigint NOT NULL,
    livemode     boolean NOT NULL,
    sequence     bigint NOT NULL,            -- 1, 2, 3, ... of this merchant
    event_id     uuid NOT NULL,              -- and where it is in the journal:
    day          date NOT NULL,
    key_hash     uuid NOT NULL,
    generation   smallint NOT NULL,
    event_type   text NOT NULL,
    PRIMARY KEY (merchant_id, livemode, sequence)
);

CREATE UNIQUE INDEX events_id ON pay.events (merchant_id, event_id);

-- Every event of a transaction below this one has its sequence.
CREATE TABLE pay.relay (
    one          boolean PRIMARY KEY DEFAULT true CHECK (one),
    xid          xid8 NOT NULL
);

INSERT INTO pay.relay (xid) VALUES ('0');
