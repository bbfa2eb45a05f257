-- Looks at every payment that was there before; nobody waits for it.
ALTER TABLE pay.payments VALIDATE CONSTRAINT payments_status;
