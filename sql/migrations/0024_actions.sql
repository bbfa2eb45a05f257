-- What a customer must do before a payment goes on (3-D Secure): the payment is
-- requires_action meanwhile.

-- action is what is shown of it, a line of JSON; of the simulator's the return_url of the
-- request follows, if it had one.  It is kept when the payment has gone on, so that a
-- customer who comes late is known.  It ends at action_expires_at.  action_attempt is the
-- attempt that its acquirer has answered so; NULL: the simulator's.
ALTER TABLE pay.payments
    ADD COLUMN action text,
    ADD COLUMN action_expires_at timestamptz,
    ADD COLUMN action_attempt text;

CREATE INDEX payments_acting ON pay.payments (action_expires_at)
    WHERE status = 'requires_action';

-- confirm: the client says that the customer has come back.  What needs no action any
-- more is as it is.
INSERT INTO pay.transitions (status, action, refusal)
SELECT 'requires_action', a,
       CASE WHEN a NOT IN ('cancel', 'update', 'expire', 'resolve')
            THEN 'payment_requires_action' END
  FROM unnest(ARRAY['capture', 'cancel', 'refund', 'update', 'expire', 'settle',
                    'dispute', 'resolve']) a;
INSERT INTO pay.transitions (status, action, refusal) VALUES
    ('requires_action', 'confirm', NULL), ('authorized', 'confirm', NULL),
    ('partially_captured', 'confirm', NULL), ('captured', 'confirm', NULL),
    ('processing', 'confirm', 'payment_processing'),
    ('canceled', 'confirm', 'payment_canceled'),
    ('expired', 'confirm', 'authorization_expired'),
    ('failed', 'confirm', 'payment_failed');

-- as before, with one status more
CREATE OR REPLACE FUNCTION pay.payment_is_valid(status text, amount bigint,
    authorized bigint, captured bigint, canceled bigint, refunded bigint,
    disputed bigint, failure_code text, version int, currency text,
    expiry_action text)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN amount BETWEEN 1 AND 999999999999 AND authorized <= amount
       AND captured >= 0 AND canceled >= 0 AND captured + canceled <= authorized
       AND refunded >= 0 AND disputed >= 0 AND refunded + disputed <= captured
       AND version > 0 AND octet_length(currency) = 3
       AND expiry_action IN ('cancel', 'capture')
       AND CASE status
           WHEN 'processing' THEN authorized = 0
           WHEN 'requires_action' THEN authorized = 0
           WHEN 'failed' THEN authorized = 0 AND failure_code IS NOT NULL
           WHEN 'authorized' THEN captured = 0 AND canceled < authorized
           WHEN 'partially_captured' THEN captured > 0
                                  AND captured + canceled < authorized
           WHEN 'captured' THEN captured > 0 AND captured + canceled = authorized
           WHEN 'canceled' THEN captured = 0
           WHEN 'expired' THEN captured = 0
           ELSE false END;
END $$;
