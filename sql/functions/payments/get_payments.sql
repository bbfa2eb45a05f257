-- Reads.  Each takes arrays and gives exactly one row for each item, so that
-- the reads of many requests share one call.  VOLATILE on purpose: each
-- statement inside then sees what has committed before it, which a replica's
-- freshness test needs.  Those that are called often are in PL/pgSQL, which keeps
-- its plans: one in SQL that cannot be inlined is planned at each call.

-- In: a payment.  Out: its newest 10 refunds, or captures, newest first, as a list
-- object, which says whether there are more.
CREATE OR REPLACE FUNCTION pay.expand_refunds(merchant bigint, payment uuid)
RETURNS text LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT '{"object":"list","data":['
        || coalesce(string_agg(pay.refund_body(r), ',' ORDER BY n)
                        FILTER (WHERE n <= 10), '')
        || '],"has_more":' || (count(*) > 10)::text || '}'
      FROM (SELECT e AS r, row_number() OVER (ORDER BY e.refund_id DESC) AS n
              FROM pay.refunds e
             WHERE e.merchant_id = merchant AND e.payment_id = payment
             ORDER BY e.refund_id DESC LIMIT 11) x
$$;

CREATE OR REPLACE FUNCTION pay.expand_captures(merchant bigint, payment uuid)
RETURNS text LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT '{"object":"list","data":['
        || coalesce(string_agg(pay.capture_body(x.c), ',' ORDER BY n)
                        FILTER (WHERE n <= 10), '')
        || '],"has_more":' || (count(*) > 10)::text || '}'
      FROM (SELECT e AS c, row_number() OVER (ORDER BY e.capture_id DESC) AS n
              FROM pay.captures e
             WHERE e.merchant_id = merchant AND e.payment_id = payment
             ORDER BY e.capture_id DESC LIMIT 11) x
$$;

-- In: tag, merchant, mode and id of each payment, and what to add: 1 its
-- refunds, 2 its captures, 3 both, as lists of the newest 10.  Out: tag; the
-- payment's version and body, or NULLs where this merchant has no such payment.
-- Errors: 55P03, a lock was not to be had in half a second.
-- A session plans this once, perhaps when the month's partition was still empty: a
-- scan of it must never be the plan.
CREATE OR REPLACE FUNCTION pay.get_payments(item uuid[], merchant bigint[],
    livemode boolean[], payment uuid[], expand bigint[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET plan_cache_mode = force_generic_plan SET lock_timeout = '500ms'
SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT u.i, p.version,
           CASE WHEN u.e = 0 THEN pay.payment_body(p)
           ELSE left(pay.payment_body(p), -1)
             || CASE WHEN u.e & 1 = 0 THEN ''
                ELSE ',"refunds":' || pay.expand_refunds(u.m, u.id) END
             || CASE WHEN u.e & 2 = 0 THEN ''
                ELSE ',"captures":' || pay.expand_captures(u.m, u.id) END
             || '}' END
      FROM unnest(item, merchant, livemode, payment, expand)
           AS u(i, m, l, id, e)
      LEFT JOIN pay.payments p
        ON p.merchant_id = u.m AND p.payment_id = u.id AND p.livemode = u.l;
END $$;
