-- Transactions are numbered by the cluster.  After a dump was restored into a younger
-- one, rows with higher numbers than it has given are there: those up to this position
-- have their events, and are in the sums, whatever their numbers say.
ALTER TABLE pay.relay ADD COLUMN done_position bigint NOT NULL DEFAULT 0;
