-- What pay.payment_holds() and pay.transfer_holds() say as well.
ALTER TABLE pay.payments
    DROP CONSTRAINT payments_amount, DROP CONSTRAINT payments_captured,
    DROP CONSTRAINT payments_refunded, DROP CONSTRAINT payments_status,
    DROP CONSTRAINT payments_version_check,
    DROP CONSTRAINT payments_currency_check,
    DROP CONSTRAINT payments_expiry_action_check;
ALTER TABLE pay.ledger_transfers
    DROP CONSTRAINT ledger_transfers_amount_check,
    DROP CONSTRAINT ledger_transfers_check,
    DROP CONSTRAINT ledger_transfers_kind_check;
