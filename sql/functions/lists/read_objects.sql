-- Objects that are read by their id.  In: tag, merchant and mode of each
-- request, what to read and its id.  Out: tag; version and body of what
-- pay.read_<kind>(merchant, livemode, id) gives, or NULLs where it gives no row.
-- The kind is a word of the module's table, never a client's.
CREATE OR REPLACE FUNCTION pay.read_objects(item uuid[], merchant bigint[],
    livemode boolean[], kind text[], id uuid[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET jit = off SET lock_timeout = '500ms' AS $$
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        o_item := item[i];
        EXECUTE format('SELECT * FROM pay.%I($1, $2, $3)', 'read_' || kind[i])
           INTO o_version, o_body USING merchant[i], livemode[i], id[i];
        RETURN NEXT;
    END LOOP;
END $$;
