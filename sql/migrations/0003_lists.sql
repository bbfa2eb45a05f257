-- Lists by customer; all others follow the primary keys.
CREATE INDEX payments_customer ON pay.payments (merchant_id, customer,
    payment_id) WHERE customer IS NOT NULL;
