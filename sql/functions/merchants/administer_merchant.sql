-- One change of merchants.  Out: body NULL: there is no such merchant.  The merchant
-- of the API key that asks cannot be suspended by it: that could not be undone.
CREATE OR REPLACE FUNCTION pay.administer_merchant(action text, object uuid,
    target uuid, new_name text, new_status text, caller bigint,
    OUT outcome smallint,
    OUT status smallint, OUT object_id uuid, OUT body text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_column
DECLARE
    m pay.merchants;
    n bigint;
BEGIN
    outcome := pay.outcome('executed');

    IF action = 'create_merchant' THEN
        n := nextval('pay.merchant_sequence');
        status := 201;

        -- in one of this shard's buckets, whose numbers no other shard gives
        INSERT INTO pay.merchants AS e (merchant_id, public_id, name)
        SELECT (n << 12) | b.buckets[1 + (hashint8(n) & 2147483647)
                                     % array_length(b.buckets, 1)],
               object, new_name
          FROM pay.buckets_for_new_merchants() AS b (buckets)
        RETURNING e.* INTO STRICT m;
    ELSE
        status := 200;

        IF new_status = 'suspended' AND EXISTS (
            SELECT FROM pay.merchants e
             WHERE e.public_id = target AND e.merchant_id = caller)
        THEN
            outcome := pay.outcome('invalid');
            body := pay.violation('/status', 'own_merchant',
                'the merchant of the API key that asks cannot be suspended');
            RETURN;
        END IF;

        UPDATE pay.merchants e
           SET name = coalesce(new_name, e.name),
               status = coalesce(new_status, e.status)
         WHERE e.public_id = target
        RETURNING e.* INTO m;
    END IF;

    object_id := coalesce(m.public_id, target);
    body := CASE WHEN m.merchant_id IS NOT NULL THEN pay.merchant_body(m) END;
END $$;
