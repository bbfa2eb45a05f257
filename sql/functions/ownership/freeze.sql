-- On the source: from here on nothing of a subject changes, all of its events
-- have their sequences, and no other call gives them any.  Errors: as
-- pay.set_placement(); 55006, a transaction that is older than its last event goes on and on; 55P03,
-- a write does: others wait behind this, so not for long.
CREATE OR REPLACE FUNCTION pay.freeze(subject bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pay, pg_temp SET enable_seqscan = off
SET lock_timeout = '500ms' AS $$
DECLARE
    merchants bigint[];
BEGIN
    -- what still writes ends, what begins waits; nothing below has a number
    -- of a transaction until the events of all that did have theirs
    PERFORM pg_advisory_xact_lock(7001, (subject & 4095)::int);
    merchants := pay.subject_merchants(subject);
    PERFORM pay.relay_for(merchants);

    IF EXISTS (SELECT FROM pay.journal j
                WHERE j.xid >= (SELECT r.xid FROM pay.relay r)
                  AND j.xid < pg_snapshot_xmax(pg_current_snapshot())
                  AND j.position > (SELECT r.done_position FROM pay.relay r)
                  AND j.merchant_id = ANY (merchants)
                  AND (j.event_type IS NOT NULL OR j.movement IS NOT NULL))
    THEN
        RAISE EXCEPTION 'a transaction that is older than the last events of '
            '% has not ended', subject USING ERRCODE = 'object_in_use',
            HINT = 'see xact_start in pg_stat_activity, end it, and try again';
    END IF;

    PERFORM pay.follow_begun(merchants);
    PERFORM pay.set_placement(subject, ARRAY['leaving'], 'frozen');
END $$;
