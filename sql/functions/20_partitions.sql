-- In: a time.  Out: the smallest UUIDv7 of its millisecond.
CREATE OR REPLACE FUNCTION pay.uuid7_floor(t timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM t) * 1000)::bigint), 12, '0')
            || '00000000000000000000')::uuid
$$;

-- Makes one partition if it is missing.  Made aside and attached, since
-- ATTACH lets reads and writes of the parent go on and CREATE ... PARTITION
-- OF does not.
CREATE OR REPLACE FUNCTION pay.make_partition(parent text, name text,
    low text, high text) RETURNS void LANGUAGE plpgsql
SET search_path = pay, pg_temp SET client_min_messages = warning AS $$
BEGIN
    IF to_regclass('pay.' || name) IS NOT NULL THEN
        RETURN;
    END IF;

    EXECUTE format('CREATE TABLE pay.%I (LIKE pay.%I INCLUDING DEFAULTS '
                   'INCLUDING CONSTRAINTS)', name, parent);
    EXECUTE format('ALTER TABLE pay.%I ATTACH PARTITION pay.%I '
                   'FOR VALUES FROM (%L) TO (%L)', parent, name, low, high);
END $$;

-- Makes the partitions of today and of the days ahead: journal by day,
-- all else by month (of UTC), one month back for ids made just
-- before midnight.  In: days, 1 to 60.  Safe to run at any time and by
-- several at once; one that finds another at work returns at once, and one
-- that meets a lock (VACUUM, ANALYZE) gives up with 55P03 and is run again.
CREATE OR REPLACE FUNCTION pay.make_partitions(days int DEFAULT 14)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    d date;
    m timestamp;
    parent text;
BEGIN
    IF days NOT BETWEEN 1 AND 60 THEN
        RAISE EXCEPTION 'days must be 1 to 60, not %', days
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    IF NOT pg_try_advisory_xact_lock(7002, 1) THEN
        RETURN false;
    END IF;

    FOR d IN SELECT today + i FROM generate_series(-1, days) AS i LOOP
        PERFORM pay.make_partition('journal',
                                   'journal_' || to_char(d, 'YYYYMMDD'),
                                   d::text, (d + 1)::text);
    END LOOP;

    FOR m IN SELECT generate_series(date_trunc('month', today::timestamp)
                                    - interval '1 month',
                                    today + days, interval '1 month') LOOP
        FOREACH parent IN ARRAY ARRAY['payments', 'ledger_transfers',
                                      'captures', 'refunds'] LOOP
            PERFORM pay.make_partition(parent,
                parent || '_' || to_char(m, 'YYYYMM'),
                pay.uuid7_floor(m AT TIME ZONE 'UTC')::text,
                pay.uuid7_floor((m + interval '1 month') AT TIME ZONE 'UTC')
                    ::text);
        END LOOP;
    END LOOP;

    RETURN true;
END $$;
