-- Whether a merchant is this shard's: the fence.  A write holds a lock of its
-- merchant's bucket, shared, to its end, and looks then; who takes a merchant
-- away holds it alone while he says so.  So nothing is written here for a
-- merchant who has gone, whatever old map a node goes by.

-- In: a merchant, the row of pay.ownership, and whether this is a replica, which
-- must not answer for who may be about to leave.  Out: whether he is here.
CREATE OR REPLACE FUNCTION pay.has_one(merchant bigint, o pay.ownership,
    replica boolean) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT CASE WHEN o.exceptions THEN
               coalesce((SELECT p.state = 'here'
                                OR p.state = 'leaving' AND NOT replica
                           FROM pay.placements p
                          WHERE p.subject IN (merchant, merchant & 4095)
                          ORDER BY p.subject DESC LIMIT 1),
                        get_bit(o.buckets, (merchant & 4095)::int) = 1)
           ELSE get_bit(o.buckets, (merchant & 4095)::int) = 1 END
$$;

-- Of a read.  In: merchants.  Out: true; on a replica false where one of them is
-- not here, or may be about to leave.  Errors: PM001, one of them is not here.
-- STABLE: as the statement that asks sees it, whose rows are not older.
CREATE OR REPLACE FUNCTION pay.has(merchant bigint[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
DECLARE
    o pay.ownership;
    replica constant boolean := pg_is_in_recovery();
    m bigint;
BEGIN
    SELECT * INTO STRICT o FROM pay.ownership;

    FOREACH m IN ARRAY merchant LOOP
        IF (CASE WHEN o.exceptions THEN NOT pay.has_one(m, o, replica)
                 ELSE get_bit(o.buckets, (m & 4095)::int) = 0 END)
        THEN
            IF replica THEN
                RETURN false;
            END IF;

            RAISE EXCEPTION 'a merchant is not in this shard'
                USING ERRCODE = 'PM001';
        END IF;
    END LOOP;

    RETURN true;
END $$;

-- Of a write, before anything else.  In: merchants.  Errors: PM001, one of them
-- is not here.  Waits while one is taken away, for lock_timeout at most.
-- VOLATILE: looks with a snapshot that is newer than its locks.
CREATE OR REPLACE FUNCTION pay.enter(merchant bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pay, pg_temp AS $$
DECLARE
    o pay.ownership;
    m bigint;
BEGIN
    IF merchant[1] = ALL (merchant) THEN

        -- mostly: an expression costs less than a statement, and the lock is
        -- all that is wanted of it
        merchant := merchant[1:1];

        IF pg_advisory_xact_lock_shared(7001, (merchant[1] & 4095)::int)
           IS NULL
        THEN
            NULL;
        END IF;

    ELSE
        PERFORM pg_advisory_xact_lock_shared(7001, b.b)
           FROM (SELECT DISTINCT (u & 4095)::int AS b FROM unnest(merchant) AS u
                  ORDER BY 1) AS b;
    END IF;

    SELECT * INTO STRICT o FROM pay.ownership;

    FOREACH m IN ARRAY merchant LOOP
        IF (CASE WHEN o.exceptions THEN NOT pay.has_one(m, o, false)
                 ELSE get_bit(o.buckets, (m & 4095)::int) = 0 END)
        THEN
            RAISE EXCEPTION 'a merchant is not in this shard'
                USING ERRCODE = 'PM001';
        END IF;
    END LOOP;
END $$;

-- Of what nobody asked for: as above for one merchant, but waits for nothing.
-- Out: false: not here, or not now.  Two statements: the second has a snapshot
-- that is newer than the lock.
CREATE OR REPLACE FUNCTION pay.try_enter(merchant bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pay, pg_temp AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock_shared(7001, (merchant & 4095)::int) THEN
        RETURN false;
    END IF;

    RETURN (SELECT pay.has_one(merchant, o, false) FROM pay.ownership o);
END $$;

-- In: an epoch.  Out: the next one.  By the clock, so that what a failover has
-- lost is not counted again for something else.
CREATE OR REPLACE FUNCTION pay.next_epoch(epoch bigint) RETURNS bigint
LANGUAGE sql VOLATILE AS $$
    SELECT greatest(epoch + 1,
                    (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
$$;

-- For administrators.  In: a merchant.  Out: whether this shard shows him: he is
-- here, or was until another one has him.
CREATE OR REPLACE FUNCTION pay.lists(merchant bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT pay.has_one(merchant, o, false)
           OR o.exceptions
              AND 'frozen' = (SELECT p.state FROM pay.placements p
                               WHERE p.subject IN (merchant, merchant & 4095)
                               ORDER BY p.subject DESC LIMIT 1)
      FROM pay.ownership o
$$;

-- Out: the buckets that new merchants may get: those that are here, and not
-- about to leave.
CREATE OR REPLACE FUNCTION pay.own_buckets() RETURNS int[]
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT array_agg(b)
      FROM pay.ownership o, generate_series(0, 4095) AS b
     WHERE get_bit(o.buckets, b) = 1
       AND NOT EXISTS (SELECT FROM pay.placements p WHERE p.subject = b)
$$;

-- What this shard says it has.  In: for each item (one, in practice) its tag and
-- the epoch that the caller knows, or -1.  Out: the tag and the epoch; and where
-- that is another one, a bit for each bucket, bit 0 of byte 0 first, and
-- merchants as numbers of 8 bytes, ascending: those who are here, and those who
-- are not, whatever their bucket's bit says.
CREATE OR REPLACE FUNCTION pay.claims(item uuid[], known bigint[])
RETURNS TABLE (o_item uuid, o_epoch bigint, o_buckets bytea, o_here bytea,
               o_away bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
DECLARE
    o pay.ownership;
    p pay.placements;
BEGIN
    SELECT * INTO STRICT o FROM pay.ownership;

    FOR p IN SELECT * FROM pay.placements WHERE subject < 4096 LOOP
        o.buckets := set_bit(o.buckets, p.subject::int,
                             (p.state IN ('here', 'leaving'))::int);
    END LOOP;

    RETURN QUERY
    SELECT u.i, o.epoch, c.buckets, c.here, c.away
      FROM unnest(item, known) AS u(i, k)
      LEFT JOIN (
          SELECT o.buckets AS buckets,
                 coalesce(string_agg(int8send(e.subject), '' ORDER BY e.subject)
                     FILTER (WHERE e.state IN ('here', 'leaving')), '') AS here,
                 coalesce(string_agg(int8send(e.subject), '' ORDER BY e.subject)
                     FILTER (WHERE e.state NOT IN ('here', 'leaving')), '')
                     AS away
            FROM (SELECT * FROM pay.placements WHERE subject >= 4096) e) c
        ON u.k <> o.epoch;
END $$;

-- For an operator, on a shard without merchants in other buckets: it has these
-- buckets and no others.  In: first and last, 0 to 4095; first NULL: none.
-- Out: how many.  Errors: 22023; 55006, there are merchants in another bucket,
-- or on their way.
--
-- No two shards may have the same bucket: nodes give its merchants to nobody.
CREATE OR REPLACE FUNCTION pay.own(first int, last int) RETURNS int
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
DECLARE
    n int := 0;
    bits bytea := decode(repeat('00', 512), 'hex');
BEGIN
    IF first IS NOT NULL AND NOT (first BETWEEN 0 AND last AND last <= 4095)
    THEN
        RAISE EXCEPTION 'buckets are from 0 to 4095, the first before the last'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    PERFORM pg_advisory_xact_lock(7001, b) FROM generate_series(0, 4095) AS b;

    IF EXISTS (SELECT FROM pay.placements)
       OR EXISTS (SELECT FROM pay.merchants m
                   WHERE first IS NULL
                      OR m.merchant_id & 4095 NOT BETWEEN first AND last)
    THEN
        RAISE EXCEPTION 'there are merchants of other buckets, or on their way'
            USING ERRCODE = 'object_in_use',
                  HINT = 'tools/move-merchant moves a bucket with its merchants';
    END IF;

    FOR b IN coalesce(first, 0) .. CASE WHEN first IS NULL THEN -1
                                        ELSE last END LOOP
        bits := set_bit(bits, b, 1);
        n := n + 1;
    END LOOP;

    UPDATE pay.ownership e SET buckets = bits,
           epoch = pay.next_epoch(e.epoch);
    RETURN n;
END $$;
