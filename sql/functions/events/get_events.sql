-- In: tag, merchant, mode and id of each event.  Out: tag; its columns as
-- pay.list_events() has them, or NULLs where this merchant has no such event.
CREATE OR REPLACE FUNCTION pay.get_events(item uuid[], merchant bigint[],
    livemode boolean[], id uuid[])
RETURNS TABLE (o_item uuid, o_event uuid, o_type text, o_sequence bigint,
    o_livemode boolean, o_created_at timestamptz, o_object uuid, o_version int,
    o_request uuid, o_key text, o_previous text, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    i int;
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        o_item := item[i];
        SELECT e.event_id, e.event_type, e.sequence, e.livemode, j.created_at,
               j.object_id, j.object_version,
               CASE WHEN j.fingerprint IS NOT NULL THEN j.request_id END, j.key,
               j.previous, coalesce(j.event_body, j.body)
          INTO o_event, o_type, o_sequence, o_livemode, o_created_at, o_object,
               o_version, o_request, o_key, o_previous, o_body
          FROM pay.events e
          JOIN pay.journal j
            ON j.merchant_id = e.merchant_id AND j.key_hash = e.key_hash
           AND j.day = e.day AND j.generation = e.generation
         WHERE e.merchant_id = merchant[i] AND e.event_id = id[i]
           AND e.livemode = livemode[i];
        RETURN NEXT;
    END LOOP;
END $$;
