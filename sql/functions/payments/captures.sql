-- In: a row of captures.  Out: the capture as JSON, without white space.
CREATE OR REPLACE FUNCTION pay.capture_body(c pay.captures) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"id":"' || pay.id_text('cap_', c.capture_id)
        || '","object":"capture","amount":' || c.amount::text
        || ',"amount_reversed":' || c.reversed::text
        || ',"final":' || c.final::text
        || ',"created_at":' || pay.json_time(c.created_at) || '}'
$$;

-- In: merchant, mode and id of a capture.  Out: a version, which captures do not
-- have, and the body; no row where this merchant has no such capture.
CREATE OR REPLACE FUNCTION pay.read_capture(merchant bigint, livemode boolean,
    id uuid)
RETURNS TABLE (o_version int, o_body text)
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT 0, pay.capture_body(c)
      FROM pay.captures c
      JOIN pay.payments p USING (merchant_id, payment_id)
     WHERE c.merchant_id = merchant AND c.capture_id = id
       AND p.livemode = read_capture.livemode
$$;
