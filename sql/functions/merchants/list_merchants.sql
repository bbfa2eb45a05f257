-- In: a time, and the filter of a list.  Out: whether it is within created_at.
CREATE OR REPLACE FUNCTION pay.created_within(t timestamptz, filter text)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(t >= (f->>'gte')::timestamptz, true)
       AND coalesce(t > (f->>'gt')::timestamptz, true)
       AND coalesce(t <= (f->>'lte')::timestamptz, true)
       AND coalesce(t < (f->>'lt')::timestamptz, true)
      FROM (SELECT filter::jsonb->'created_at') AS x(f)
$$;

-- All merchants of this shard.  In: as of pay.list_objects(), of which kind is
-- not looked at, and of the filter created_at alone.  Out: the tag; whether
-- there are more; their ids, one after the other, how many bytes each one's JSON
-- has, as numbers of 4 bytes, and their JSON.
CREATE OR REPLACE FUNCTION pay.list_merchants(item uuid[], merchant bigint[],
    livemode boolean[], kind text[], filter text[], after uuid[],
    ascending boolean[], size bigint[])
RETURNS TABLE (o_item uuid, o_more boolean, o_ids bytea, o_lengths bytea,
               o_bodies text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT u.i, count(*) > u.s,
           string_agg(uuid_send(x.id), '' ORDER BY x.n)
               FILTER (WHERE x.n <= u.s),
           string_agg(int4send(octet_length(x.body)), '' ORDER BY x.n)
               FILTER (WHERE x.n <= u.s),
           string_agg(x.body, '' ORDER BY x.n) FILTER (WHERE x.n <= u.s)
      FROM unnest(item, filter, after, ascending, size) AS u(i, f, a, up, s)
      LEFT JOIN LATERAL (
           SELECT y.id, pay.merchant_body(y.m) AS body,
                  row_number() OVER (ORDER BY CASE WHEN u.up THEN y.id END,
                                     y.id DESC) AS n
             FROM (
               (SELECT m, m.public_id AS id FROM pay.merchants m
                 WHERE u.up AND (u.a IS NULL OR m.public_id > u.a)
                   AND pay.shows_merchant(m.merchant_id)
                   AND pay.created_within(m.created_at, u.f)
                 ORDER BY m.public_id LIMIT u.s + 1)
               UNION ALL
               (SELECT m, m.public_id AS id FROM pay.merchants m
                 WHERE NOT u.up AND (u.a IS NULL OR m.public_id < u.a)
                   AND pay.shows_merchant(m.merchant_id)
                   AND pay.created_within(m.created_at, u.f)
                 ORDER BY m.public_id DESC LIMIT u.s + 1)) y) x ON true
     GROUP BY u.i, u.s
$$;
