-- What an operator has said with payments-admin restored: this database was put back
-- to an earlier state, by whatever means.  Where the cluster, its timeline and its
-- tables are what they were, as after a snapshot of a disk, nothing else shows it.
CREATE TABLE pay.restores (
    restore_id   uuid PRIMARY KEY,           -- random: no two pasts have the same
    restored_at  timestamptz NOT NULL DEFAULT now(),
    note         text
);
