-- In: tag, merchant, mode and id of each event.  Out: tag; it as JSON, or NULL
-- where this merchant has no such event.
CREATE OR REPLACE FUNCTION pay.get_events(item uuid[], merchant bigint[],
    livemode boolean[], id uuid[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    i int;
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        o_item := item[i];
        o_version := 0;
        o_body := NULL;
        SELECT pay.event_body(e, j) INTO o_body
          FROM pay.events e
          JOIN pay.journal j
            ON j.merchant_id = e.merchant_id AND j.key_hash = e.key_hash
           AND j.day = e.day AND j.generation = e.generation
         WHERE e.merchant_id = merchant[i] AND e.event_id = id[i]
           AND e.livemode = livemode[i];
        RETURN NEXT;
    END LOOP;
END $$;
