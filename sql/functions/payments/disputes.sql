-- In: a row of disputes.  Out: the dispute as JSON, without white space.
CREATE OR REPLACE FUNCTION pay.dispute_body(d pay.disputes) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"id":"' || pay.id_text('dis_', d.dispute_id)
        || '","object":"dispute","payment_id":"'
        || pay.id_text('pay_', d.payment_id)
        || '","amount":' || d.amount::text
        || ',"currency":"' || d.currency
        || '","status":"' || d.status
        || '","reason":' || pay.json_text(d.reason)
        || ',"created_at":' || pay.json_time(d.created_at)
        || ',"updated_at":' || pay.json_time(d.updated_at) || '}'
$$;

-- In: merchant, mode and id of a dispute.  Out: its version and body, or no row where
-- this merchant has no such dispute.
CREATE OR REPLACE FUNCTION pay.read_dispute(merchant bigint, livemode boolean,
    id uuid)
RETURNS TABLE (o_version int, o_body text)
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT d.version, pay.dispute_body(d)
      FROM pay.disputes d
     WHERE d.merchant_id = merchant AND d.dispute_id = id
       AND d.livemode = read_dispute.livemode
$$;

-- In: a merchant, ids of disputes.  Out: those of the merchant's that there are, as
-- JSON, separated by commas, in this order; NULL: there are none.
CREATE OR REPLACE FUNCTION pay.render_disputes(merchant bigint, ids uuid[])
RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT string_agg((SELECT pay.dispute_body(d) FROM pay.disputes d
                            WHERE d.merchant_id = merchant
                              AND d.dispute_id = u.id),
                          ',' ORDER BY u.n)
          FROM unnest(ids) WITH ORDINALITY AS u(id, n));
END $$;
