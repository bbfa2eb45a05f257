-- A reference is free again when its payment has failed, was canceled or has expired:
-- the next payment takes its row over.  Who had it before is kept, the newest 100, so
-- that a list by reference shows them all.
ALTER TABLE pay.payment_references ADD COLUMN earlier uuid[];
