-- Writes the primary's heartbeat.  In: tags; for how long, milliseconds, the node that
-- asks still reads no replica, since it could not store read tokens, up to 15000,
-- 0: it could.  Out: each tag, the timeline that this server writes, the
-- time of the heartbeat by its clock, which is later than any before it on this
-- timeline, and for how long, milliseconds, by what any node has said, replicas are
-- not to be read.  Errors: 25006 on a standby; 55P03.
-- Nothing is lost with the last heartbeats: the commit does not wait for the
-- disk or a standby, so that neither can delay it.  Set inside: a
-- function's own SET has ended by the time of the commit.
CREATE OR REPLACE FUNCTION pay.heartbeat(item uuid[], pinned bigint[])
RETURNS TABLE (o_item uuid, o_timeline bigint, o_at timestamptz,
               o_pinned_ms bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET lock_timeout = '200ms' AS $$
DECLARE
    t constant bigint := ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))
                         ::bit(32)::bigint;
    longest constant interval := (SELECT max(b) FROM unnest(pinned) AS b)
                                 * interval '1 millisecond';
    c constant timestamptz := clock_timestamp();
    written pay.heartbeats;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    UPDATE pay.heartbeats AS b
       SET timeline = t,
           at = CASE WHEN b.timeline = t
                     THEN greatest(c, b.at + interval '1 millisecond')
                     ELSE c END,
           -- by a clock that was set back no node pins its reads for longer
           pinned_until = greatest(least(b.pinned_until, c + interval '15 s'),
                                  c + longest)
     RETURNING b.* INTO STRICT written;
    RETURN QUERY SELECT i, written.timeline, written.at,
        greatest(0, extract(epoch FROM written.pinned_until - c) * 1000)::bigint
      FROM unnest(item) AS i;
END $$;

-- The heartbeat that this server shows.  In: tags.  Out: as of pay.heartbeat().
CREATE OR REPLACE FUNCTION pay.shown_heartbeat(item uuid[])
RETURNS TABLE (o_item uuid, o_timeline bigint, o_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT i, b.timeline, b.at
      FROM unnest(item) AS i LEFT JOIN pay.heartbeats AS b ON true
$$;
