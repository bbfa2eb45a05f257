-- Whether a payment could be made here.  In: tags.  Out: each tag, and
--   1  it could
--   2  the server, the database or the role is set read-only
--   3  the server is a standby
--   4  pay.create_payments() is missing, or the caller may not call it
--   5  the session is not as sql/apply sets the role: its isolation is another one,
--      in which a duplicate would not see the first request, or its encoding is
--   6  it could, but the mark of events is another cluster's, whose dump was restored
--      here: nothing gets its sequence until sql/apply has been run
-- In PL/pgSQL as what makes payments is: where that cannot be loaded there is no
-- answer.
CREATE OR REPLACE FUNCTION pay.ping(item uuid[])
RETURNS TABLE (o_item uuid, o_state smallint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
DECLARE
    create_payments constant oid := to_regproc('pay.create_payments');
BEGIN
    RETURN QUERY
    SELECT i, CASE WHEN pg_is_in_recovery() THEN 3
                   WHEN current_setting('transaction_read_only') = 'on' THEN 2
                   WHEN create_payments IS NULL OR NOT has_function_privilege(
                            session_user, create_payments, 'EXECUTE') THEN 4
                   WHEN current_setting('transaction_isolation')
                            <> 'read committed'
                        OR current_setting('client_encoding') <> 'UTF8' THEN 5
                   WHEN (SELECT r.xid > pg_snapshot_xmax(pg_current_snapshot())
                           FROM pay.relay r) THEN 6
                   ELSE 1 END::smallint
      FROM unnest(item) AS i;
END $$;
