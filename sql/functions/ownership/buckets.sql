-- In: an epoch.  Out: the next one.  By the clock, so that what a failover has
-- lost is not counted again for something else.
CREATE OR REPLACE FUNCTION pay.next_epoch(epoch bigint) RETURNS bigint
LANGUAGE sql VOLATILE AS $$
    SELECT greatest(epoch + 1,
                    (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
$$;

-- Out: the buckets that new merchants may get: those that are here, and not
-- about to leave.
CREATE OR REPLACE FUNCTION pay.buckets_for_new_merchants() RETURNS int[]
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT array_agg(b)
      FROM pay.ownership o, generate_series(0, 4095) AS b
     WHERE get_bit(o.buckets, b) = 1
       AND NOT EXISTS (SELECT FROM pay.placements p WHERE p.subject = b)
$$;

-- For an operator, on a shard without merchants in other buckets: it has these
-- buckets and no others.  In: first and last, 0 to 4095; first NULL: none.
-- Out: how many.  Errors: 22023; 55006, there are merchants in another bucket,
-- or on their way.
--
-- No two shards may have the same bucket: neither gets the requests of its
-- merchants.
CREATE OR REPLACE FUNCTION pay.assign_buckets(first int, last int) RETURNS int
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

-- What this shard says it has.  In: for each item (one, in practice) its tag and
-- the epoch that the caller knows, or -1.  Out: the tag and the epoch; and where
-- that is another one, a bit for each bucket, bit 0 of byte 0 first, and
-- merchants as numbers of 8 bytes, ascending: those that are here, and those that
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
