-- What this server is.  In: tags.  Out: each tag; whether it is a standby; the
-- timeline that it writes, or as a standby has replayed, as far as it has put
-- that down; the cluster's identifier.
--
-- The timeline is that of the segment it writes to: pg_control_checkpoint()
-- shows the old one until the first checkpoint after a promotion.
CREATE OR REPLACE FUNCTION pay.probe(item uuid[])
RETURNS TABLE (o_item uuid, o_standby boolean, o_timeline bigint,
               o_system bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT i, pg_is_in_recovery(),
           CASE WHEN pg_is_in_recovery() THEN
               (SELECT greatest(c.timeline_id, r.min_recovery_end_timeline)
                  FROM pg_control_checkpoint() c, pg_control_recovery() r)
           ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))
                ::bit(32)::bigint END,
           (SELECT system_identifier FROM pg_control_system())
      FROM unnest(item) AS i
$$;

-- Which database this is.  In: tags.  Out: each tag, and a number that another cluster,
-- another database, a restored dump, or a past that went on otherwise (a recovery to
-- an earlier time, a promotion, whatever pay.restored() was called for) do not have; 0
-- on a standby.
CREATE OR REPLACE FUNCTION pay.database(item uuid[])
RETURNS TABLE (o_item uuid, o_database bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT i, CASE WHEN pg_is_in_recovery() THEN 0 ELSE
               hashtextextended(concat_ws('/',
                   (SELECT c.system_identifier FROM pg_control_system() c),
                   left(pg_walfile_name(pg_current_wal_lsn()), 8),
                   (SELECT d.oid FROM pg_database d
                     WHERE d.datname = current_database()),
                   to_regclass('pay.journal')::oid,
                   (SELECT string_agg(r.restore_id::text, ','
                                      ORDER BY r.restore_id)
                      FROM pay.restores r)), 0) END
      FROM unnest(item) AS i;
END $$;
