-- Makes partitions ahead and drops one that has ended, for each item (one, in
-- practice).  In: seconds for which events are kept.  Out: the tag; the number
-- of days for which the journal has partitions from now on; whether another
-- one may have ended.
CREATE OR REPLACE FUNCTION pay.maintain(item uuid[], kept bigint[])
RETURNS TABLE (o_item uuid, days_ahead int, o_more boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    today constant date := (now() AT TIME ZONE 'UTC')::date;
    more boolean;
BEGIN
    PERFORM pay.make_partitions(14);
    more := pay.drop_partitions(kept[1]);
    RETURN QUERY
    SELECT i, (SELECT count(*)::int
                 FROM generate_series(today, today + 60, interval '1 day') d
                WHERE to_regclass('pay.journal_' || to_char(d, 'YYYYMMDD'))
                      IS NOT NULL), more
      FROM unnest(item) AS i;
END $$;
