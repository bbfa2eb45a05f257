-- A merchant, or a bucket with all of its merchants, goes from one shard, the
-- source, to another one, the target.  These are the steps that must not be half
-- done; tools/move-merchant calls them in their order, as a superuser.
-- A subject below 4096 is a bucket, any other one a merchant.
--
--     source   here -> leaving -> frozen -> away
--     target   away -> arriving -> here
--
-- The source goes first at the end, so that no merchant is in two shards.  A subject
-- that stays frozen, since its move has died, thaws by itself.

-- In: a subject.  Out: its merchants, ascending; of a bucket those with a row
-- in pay.merchants here.
CREATE OR REPLACE FUNCTION pay.subject_merchants(subject bigint)
RETURNS bigint[] LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT CASE WHEN subject >= 4096 THEN ARRAY[subject]
           ELSE (SELECT coalesce(array_agg(m.merchant_id
                                           ORDER BY m.merchant_id), '{}')
                   FROM pay.merchants m
                  WHERE m.merchant_id & 4095 = subject) END
$$;

-- In: a subject.  Out: its state; 'here' or 'away' where nothing else is said
-- than which buckets are here.
CREATE OR REPLACE FUNCTION pay.placement(subject bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT coalesce((SELECT p.state FROM pay.placements p
                      WHERE p.subject IN (placement.subject,
                                          placement.subject & 4095)
                      ORDER BY p.subject DESC LIMIT 1),
                    CASE get_bit(o.buckets, (subject & 4095)::int)
                    WHEN 1 THEN 'here' ELSE 'away' END)
      FROM pay.ownership o
$$;

-- In: a subject, the states in which it may be, the one that it gets.  Out: the
-- new epoch.  Errors: 55000, it is in another state; 55006, a merchant of the
-- bucket, or the merchant's bucket, is on its way or not where the bucket is.
-- Waits for writes of the bucket, for lock_timeout at most.
CREATE OR REPLACE FUNCTION pay.set_placement(subject bigint, expected text[],
    state text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    o pay.ownership;
    bucket constant int := (subject & 4095)::int;
    present text;
BEGIN
    PERFORM pg_advisory_xact_lock(7001, bucket);
    SELECT * INTO STRICT o FROM pay.ownership FOR UPDATE;
    present := pay.placement(subject);

    IF present <> ALL (expected) THEN
        RAISE EXCEPTION '% is % in this shard, and should be %', subject,
            present, array_to_string(expected, ' or ')
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;

    IF EXISTS (SELECT FROM pay.placements p
                WHERE p.subject <> subject AND p.subject & 4095 = bucket
                  AND least(p.subject, subject) < 4096)
    THEN
        RAISE EXCEPTION 'of bucket % a part has been moved, or is on its way: '
            'move its merchants back first, see pay.placements', bucket
            USING ERRCODE = 'object_in_use';
    END IF;

    IF subject < 4096 AND state IN ('here', 'away') THEN
        o.buckets := set_bit(o.buckets, bucket, (state = 'here')::int);
    END IF;

    IF state = (CASE get_bit(o.buckets, bucket) WHEN 1 THEN 'here'
                ELSE 'away' END)
    THEN
        DELETE FROM pay.placements p WHERE p.subject = subject;
    ELSE
        INSERT INTO pay.placements AS p VALUES (subject, state)
            ON CONFLICT ON CONSTRAINT placements_pkey
            DO UPDATE SET state = excluded.state, since = now();
    END IF;

    UPDATE pay.ownership e
       SET buckets = o.buckets, epoch = pay.next_epoch(e.epoch),
           exceptions = EXISTS (SELECT FROM pay.placements)
    RETURNING e.epoch INTO o.epoch;

    RETURN o.epoch;
END $$;

-- On the source, from time to time: what has been frozen for 5 seconds is served
-- again.  The move that froze it cannot go on: pay.set_placement() finds another state.
CREATE OR REPLACE FUNCTION pay.thaw() RETURNS void
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pay.placements p
                    WHERE p.state = 'frozen'
                      AND p.since < now() - interval '5 seconds')
    THEN
        RETURN;
    END IF;

    PERFORM FROM pay.ownership FOR UPDATE;
    UPDATE pay.placements p SET state = 'leaving'
     WHERE p.state = 'frozen' AND p.since < now() - interval '5 seconds';
    UPDATE pay.ownership e SET epoch = pay.next_epoch(e.epoch);
END $$;
