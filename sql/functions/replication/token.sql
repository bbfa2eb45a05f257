-- What a reader must ask of a replica to see all that the transaction under way
-- has written or seen: a number, and all transactions up to it must have ended
-- there.  VOLATILE: with a snapshot of its own, later than the statement's.
CREATE OR REPLACE FUNCTION pay.token()
RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN greatest(pg_current_xact_id_if_assigned()::text::bigint,
                    pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1);
END $$;

-- In: such numbers; of the primary's heartbeats, the timeline and the time of one that
-- any reader must see.  Out: whether the statement that asks sees all of them.
-- STABLE: with the statement's snapshot; its other functions have that, or a
-- later one.
-- Not pg_visible_in_snapshot() and not the snapshot's list: on a standby a
-- transaction that is under way is missing there; the oldest one is right.
CREATE OR REPLACE FUNCTION pay.fresh(tokens bigint[], timeline bigint[],
    at timestamptz[])
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pay, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (SELECT max(t) FROM unnest(tokens) AS t)
           < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
       AND EXISTS (SELECT FROM pay.heartbeats AS b
                    WHERE b.timeline = ALL (fresh.timeline)
                      AND b.at >= ALL (fresh.at));
END $$;
