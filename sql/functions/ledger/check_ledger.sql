-- Goes on with the check of the books, by a slice of about 20,000 accounts, if the last
-- whole check is older than 50 minutes and nobody else is at it.  A book is what a
-- merchant has in one mode and currency: its debits and credits must be the same sum,
-- in any snapshot.  In: tags (one, in practice).  Out: the tag; how many books were
-- unbalanced in the last whole check; whether a slice follows.
CREATE OR REPLACE FUNCTION pay.check_ledger(item uuid[])
RETURNS TABLE (o_item uuid, o_unbalanced bigint, o_more boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET lock_timeout = '100ms' SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
    slice constant int := 20000;
    c pay.ledger_check;
    edge bigint;
BEGIN
    SELECT * INTO c FROM pay.ledger_check k
     WHERE k.checked_at IS NULL OR k.checked_at < now() - interval '50 minutes'
       FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        RETURN QUERY SELECT u, k.unbalanced, false
                       FROM unnest(item) u, pay.ledger_check k;
        RETURN;
    END IF;

    -- whole merchants, so that a book is in one slice
    SELECT s.merchant_id INTO edge FROM pay.account_sums s
     WHERE s.merchant_id > c.merchant
     ORDER BY s.merchant_id OFFSET slice LIMIT 1;

    c.found := c.found + (
        SELECT count(*) FROM (
            SELECT FROM pay.account_sums s
             WHERE s.merchant_id > c.merchant
               AND (edge IS NULL OR s.merchant_id <= edge)
             GROUP BY s.merchant_id, s.livemode, s.currency
            HAVING sum(s.debits) <> sum(s.credits)) u);

    IF edge IS NULL THEN
        UPDATE pay.ledger_check
           SET merchant = 0, found = 0, checked_at = now(),
               unbalanced = c.found;
        c.unbalanced := c.found;
    ELSE
        UPDATE pay.ledger_check SET merchant = edge, found = c.found;
    END IF;

    RETURN QUERY SELECT u, c.unbalanced, edge IS NOT NULL FROM unnest(item) u;
END $$;
