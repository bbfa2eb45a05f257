-- In: tag, merchant, mode and id of each ledger transaction.  Out: tag; it as
-- JSON, or NULL where this merchant has no such transaction.
CREATE OR REPLACE FUNCTION pay.get_ledger_transactions(item uuid[],
    merchant bigint[], livemode boolean[], id uuid[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET plan_cache_mode = force_generic_plan SET lock_timeout = '500ms'
SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT u.i, 0, CASE WHEN EXISTS (
               SELECT FROM pay.ledger_transfers t
                WHERE t.merchant_id = u.m AND t.transaction_id = u.id
                  AND t.livemode = u.l)
           THEN (SELECT b.o_body
                   FROM pay.ledger_bodies(u.m, ARRAY[u.id]) AS b) END
      FROM unnest(item, merchant, livemode, id) AS u(i, m, l, id);
END $$;
