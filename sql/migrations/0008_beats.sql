-- The primary's heart: one row, written by every node once a second. What a
-- replica shows of it tells how old its rows are, and whose.
CREATE TABLE pay.beats (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    timeline  bigint NOT NULL,
    at        timestamptz NOT NULL
) WITH (fillfactor = 10);

INSERT INTO pay.beats (timeline, at) VALUES (0, 'epoch');
