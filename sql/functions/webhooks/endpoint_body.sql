-- In: a row of webhook_endpoints.  Out: the endpoint as JSON, without its secret.
CREATE OR REPLACE FUNCTION pay.endpoint_body(e pay.webhook_endpoints) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"id":"' || pay.id_text('we_', e.endpoint_id)
        || '","object":"webhook_endpoint","url":' || pay.json_text(e.url)
        || ',"enabled_events":' || array_to_json(e.types)::text
        || ',"status":"' || e.status
        || '","disabled_reason":' || pay.json_text(e.disabled_reason)
        || ',"ordered":' || e.ordered::text
        || ',"description":' || pay.json_text(e.description)
        || ',"sequence":' || e.cursor::text
        || ',"behind":' || greatest(0, coalesce(
               (SELECT c.last FROM pay.event_counters c
                 WHERE c.merchant_id = e.merchant_id AND c.livemode = e.livemode),
               0) - e.cursor)::text
        || ',"failing_since":' || pay.json_time(e.failing_since)
        || ',"metadata":' || e.metadata
        || ',"created_at":' || pay.json_time(e.created_at)
        || ',"updated_at":' || pay.json_time(e.updated_at) || '}'
$$;

-- In: a merchant, ids of endpoints.  Out: those that there are, as JSON, separated by
-- commas, in this order; NULL: there are none.
CREATE OR REPLACE FUNCTION pay.render_webhook_endpoints(merchant bigint, ids uuid[])
RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT string_agg((SELECT pay.endpoint_body(e)
                             FROM pay.webhook_endpoints e
                            WHERE e.merchant_id = merchant
                              AND e.endpoint_id = u.id),
                          ',' ORDER BY u.n)
          FROM unnest(ids) WITH ORDINALITY AS u(id, n));
END $$;

-- In: merchant, mode and id of an endpoint.  Out: it as JSON, and its version, which
-- counts changes of what it is, not of how far it is; no row where this merchant has
-- no such endpoint.
CREATE OR REPLACE FUNCTION pay.read_webhook_endpoint(merchant bigint,
    livemode boolean, id uuid)
RETURNS TABLE (o_version int, o_body text)
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
BEGIN
    RETURN QUERY
    SELECT e.version, pay.endpoint_body(e) FROM pay.webhook_endpoints e
     WHERE e.merchant_id = merchant AND e.endpoint_id = id
       AND e.livemode = livemode;
END $$;
