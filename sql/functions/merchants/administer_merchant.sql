-- One change of merchants.  In: if_match, versions of which it must have one, or NULL.
-- Out: version, the merchant's, also where the outcome is stale; body NULL: there is no
-- such merchant.  The merchant of the API key that asks cannot be suspended by it: that
-- could not be undone.
CREATE OR REPLACE FUNCTION pay.administer_merchant(action text, object uuid,
    target uuid, if_match text, new_name text, new_status text,
    caller bigint, OUT outcome smallint, OUT status smallint,
    OUT object_id uuid, OUT version int, OUT body text)
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_column
DECLARE
    m pay.merchants;
    n bigint;
BEGIN
    outcome := pay.outcome('executed');
    object_id := target;
    version := 0;

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

        SELECT e.* INTO m FROM pay.merchants e WHERE e.public_id = target
           FOR NO KEY UPDATE SKIP LOCKED;

        IF NOT FOUND THEN
            IF EXISTS (SELECT FROM pay.merchants e WHERE e.public_id = target)
            THEN
                outcome := pay.outcome('busy');
            END IF;

            RETURN;
        END IF;

        version := m.version;

        IF m.version <> ALL (string_to_array(if_match, ',')::int[]) THEN
            outcome := pay.outcome('stale');
            RETURN;
        END IF;

        -- what changes nothing makes no version
        IF new_name <> m.name OR new_status <> m.status THEN
            UPDATE pay.merchants e
               SET name = coalesce(new_name, e.name),
                   status = coalesce(new_status, e.status),
                   version = e.version + 1
             WHERE e.merchant_id = m.merchant_id
            RETURNING e.* INTO STRICT m;
        END IF;
    END IF;

    object_id := m.public_id;
    version := m.version;
    body := pay.merchant_body(m);
END $$;
