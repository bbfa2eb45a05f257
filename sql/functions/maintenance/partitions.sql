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

-- Out: the tables whose partitions are days, in the order in which a day of
-- theirs goes: what points to the journal before it.
CREATE OR REPLACE FUNCTION pay.day_tables() RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$ SELECT ARRAY['webhook_pages', 'webhook_attempts',
                                        'relay_batches', 'events', 'canceled_keys',
                                        'journal'] $$;

-- Makes the partitions of today and of the days ahead: journal, events, their
-- batches, what webhook endpoints were sent, and canceled keys by day, all else by month (of UTC), one month back for
-- ids made just before midnight.  In: days, 1 to 60.  Safe to run at any time and by
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
        FOREACH parent IN ARRAY pay.day_tables() LOOP
            PERFORM pay.make_partition(parent,
                parent || '_' || to_char(d, 'YYYYMMDD'),
                d::text, (d + 1)::text);
        END LOOP;
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

-- Sinks that stand in a day, or before it, go on behind it.  In: a day whose events are
-- about to be dropped.
CREATE OR REPLACE FUNCTION pay.pass_day(gone date) RETURNS void
LANGUAGE sql SET search_path = pay, pg_temp AS $$
    WITH day AS (
        SELECT b.batch, (SELECT sum(c) FROM unnest(b.counts) AS c) AS events
          FROM pay.relay_batches b WHERE b.day <= gone)
    UPDATE pay.sinks s
       SET lost = s.lost + (SELECT sum(d.events) FROM day d WHERE d.batch >= s.batch)
                         - CASE WHEN EXISTS (SELECT FROM day d WHERE d.batch = s.batch)
                                THEN s.position ELSE 0 END,
           batch = (SELECT max(d.batch) + 1 FROM day d), position = 0
     WHERE s.batch <= (SELECT max(d.batch) FROM day d)
$$;

-- Drops the oldest day whose events need to be kept no longer, whole: one day a
-- call, so that each goes in a transaction of its own.  In: seconds for which
-- events are kept, 9 days and more, which is longer than any key is.  Out:
-- whether there may be another day to drop.
--
-- A day goes only when all of its events have their sequences.  A sink that has not
-- taken its batches by then goes on behind them, and counts what it has lost.  DROP waits for
-- whoever uses the tables and makes others wait behind it, so not for long: one
-- that meets a lock gives up with 55P03 and is run again.
CREATE OR REPLACE FUNCTION pay.drop_partitions(kept bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '200ms'
SET client_min_messages = warning SET enable_seqscan = off AS $$
DECLARE
    last constant text := to_char((now() - kept * interval '1 second')
                                  AT TIME ZONE 'UTC', 'YYYYMMDD');
    parent text;
    first text;
    n int;
BEGIN
    IF kept < 9 * 86400 THEN
        RAISE EXCEPTION 'events must be kept for 9 days (777600 s) or more, '
                        'not %', kept USING ERRCODE = 'invalid_parameter_value';
    END IF;

    IF NOT pg_try_advisory_xact_lock(7002, 1) THEN
        RETURN false;
    END IF;

    SELECT min(right(c.relname, 8)), count(*) INTO first, n
      FROM pg_inherits i
      JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'pay.journal'::regclass
       AND right(c.relname, 8) < last;

    IF n = 0 OR EXISTS (SELECT FROM pay.journal j WHERE j.day = first::date
                           AND (j.event_type IS NOT NULL
                                OR j.movement IS NOT NULL)
                           AND j.xid >= (SELECT r.xid FROM pay.relay r))
    THEN
        RETURN false;
    END IF;

    PERFORM pay.pass_day(first::date);

    FOREACH parent IN ARRAY pay.day_tables() LOOP
        EXECUTE format('DROP TABLE IF EXISTS pay.%I',
                       parent || '_' || first);
    END LOOP;

    RETURN n > 1;
END $$;
