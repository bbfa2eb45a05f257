-- Looks at every payment and every movement that was there before; nobody waits
-- for it.
ALTER TABLE pay.payments VALIDATE CONSTRAINT payments_holds;
ALTER TABLE pay.ledger_transfers VALIDATE CONSTRAINT ledger_transfers_holds;
