-- Until when replicas are not read, since a node could not tell the others of its
-- writes: by the clock of the primary that was.
ALTER TABLE pay.beats
    ADD COLUMN blind_until timestamptz NOT NULL DEFAULT 'epoch';
