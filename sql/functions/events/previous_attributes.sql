-- In: an event and its row of the journal.  Out: the event as JSON.
CREATE OR REPLACE FUNCTION pay.event_body(e pay.events, j pay.journal)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"id":"' || pay.id_text('evt_', e.event_id)
        || '","object":"event","type":"' || e.event_type
        || '","sequence":' || e.sequence::text
        || ',"livemode":' || e.livemode::text
        || ',"created_at":' || pay.json_time(j.created_at)
        || ',"timestamp":' || pay.json_time(j.created_at)
        || ',"data":{"object":' || coalesce(j.event_body, j.body)
        || ',"previous_attributes":' || coalesce(j.previous, 'null')
        || '},"object_type":"'
        || split_part(e.event_type, '.', 1)
        || '","object_id":"' || pay.id_text(left(e.event_type, 3) || '_',
                                            j.object_id)
        || '","object_version":' || j.object_version::text
        || ',"request":{"id":'
        || CASE WHEN j.fingerprint IS NULL THEN 'null'
                ELSE '"' || pay.id_text('req_', j.request_id) || '"' END
        || ',"idempotency_key":' || pay.json_text(j.key) || '}}'
$$;

-- In: an object as it was and as it is, JSON.  Out: the members that differ, as
-- they were, a JSON object.  In plpgsql, as is every function here that is more than
-- an expression and is called from one: its plan is kept, that of one in SQL is made
-- in each transaction.
CREATE OR REPLACE FUNCTION pay.previous_attributes(before text, after text)
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN (
        SELECT '{' || coalesce(string_agg(to_json(b.key)::text || ':'
                                          || b.value::text, ',' ORDER BY b.n), '')
                   || '}'
          FROM json_each(before::json) WITH ORDINALITY AS b (key, value, n)
          JOIN json_each(after::json) AS a USING (key)
         WHERE a.value::text <> b.value::text);
END $$;
