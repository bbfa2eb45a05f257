-- Up to which sequence there are events, for requests that wait for the next one.  In:
-- tags, merchants, modes.  Out: for each item its tag and the last sequence, 0: none.
CREATE OR REPLACE FUNCTION pay.last_events(item uuid[], merchant bigint[],
    livemode boolean[])
RETURNS TABLE (o_item uuid, o_last bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT u.i, coalesce(c.last, 0)
      FROM unnest(item, merchant, livemode) AS u (i, m, l)
      LEFT JOIN pay.event_counters c ON c.merchant_id = u.m AND c.livemode = u.l
$$;
