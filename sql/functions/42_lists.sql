-- In: a kind of pay.list_objects, a merchant, ids of such objects of his.  Out:
-- these objects as JSON, parted by commas, in this order; NULL: there are none.
CREATE OR REPLACE FUNCTION pay.objects_body(kind text, merchant bigint, ids uuid[])
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp AS $$
DECLARE
    body text;
BEGIN
    CASE kind
    WHEN 'payments' THEN
        SELECT string_agg((SELECT pay.payment_body(p) FROM pay.payments p
                            WHERE p.merchant_id = merchant AND p.payment_id = u.id),
                          ',' ORDER BY u.n)
          INTO body FROM unnest(ids) WITH ORDINALITY AS u(id, n);
    WHEN 'refunds' THEN
        SELECT string_agg((SELECT pay.refund_body(r) FROM pay.refunds r
                            WHERE r.merchant_id = merchant AND r.refund_id = u.id),
                          ',' ORDER BY u.n)
          INTO body FROM unnest(ids) WITH ORDINALITY AS u(id, n);
    WHEN 'api_keys' THEN
        SELECT string_agg((SELECT pay.api_key_body(k) FROM pay.api_keys k
                            WHERE k.merchant_id = merchant AND k.key_id = u.id),
                          ',' ORDER BY u.n)
          INTO body FROM unnest(ids) WITH ORDINALITY AS u(id, n);
    WHEN 'merchants' THEN
        SELECT string_agg((SELECT pay.merchant_body(m) FROM pay.merchants m
                            WHERE m.public_id = u.id), ',' ORDER BY u.n)
          INTO body FROM unnest(ids) WITH ORDINALITY AS u(id, n);
    WHEN 'ledger_transactions' THEN
        SELECT string_agg(b.o_body, ',' ORDER BY array_position(ids, b.o_id))
          INTO body FROM pay.ledger_bodies(merchant, ids) AS b;
    END CASE;

    RETURN body;
END $$;

-- Lists, pages by key: what existed when a walk began comes once, whatever is
-- inserted meanwhile.
--
-- In: arrays of one length, an element for each request:
--   item        the caller's tag
--   merchant, livemode   whose
--   kind        payments, refunds, ledger_transactions, api_keys, merchants
--               (all there are), or payment_refunds: those of the payment of
--               the filter
--   filter      what to list, a JSON object that the caller has checked:
--               status (array), currency, customer, reference, payment (uuid),
--               created_at and amount ({"gte", "gt", "lte", "lt"})
--   after       the id after which the page begins; NULL: at the start
--   ascending   oldest first;   size  of the page, 1 .. 100
--
-- Out: one row for each item: its tag; whether there is more; the last id of
-- the page; the objects, parted by commas (NULL: there is no such payment).
--
-- Which ids is asked by a query made of constants of this function, whose values
-- are parameters: no plan fits all filters.  It is short, and planned each time;
-- what the objects look like is not, and is planned once in a session.  STABLE: both
-- with the snapshot of the statement that asks.
CREATE OR REPLACE FUNCTION pay.list_objects(item uuid[], merchant bigint[],
    livemode boolean[], kind text[], filter text[], after uuid[],
    ascending boolean[], size bigint[])
RETURNS TABLE (o_item uuid, o_more boolean, o_last uuid, o_body text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pay, pg_temp
SET jit = off AS $$
#variable_conflict use_variable
DECLARE
    i int;
    f jsonb;
    k text;
    id text;
    conditions text;
    ids uuid[];
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        f := filter[i]::jsonb;
        k := CASE kind[i] WHEN 'payment_refunds' THEN 'refunds'
                          ELSE kind[i] END;
        id := CASE k WHEN 'payments' THEN 'payment_id'
                           WHEN 'refunds' THEN 'refund_id'
                           WHEN 'ledger_transactions' THEN 'transaction_id'
                           WHEN 'api_keys' THEN 'key_id'
                           WHEN 'merchants' THEN 'public_id' END;

        SELECT string_agg(c.text, '')
          INTO conditions
          FROM (VALUES
            (f ? 'status', ' AND t.status IN (SELECT jsonb_array_elements_text('
                           '$5->''status''))'),
            (f ? 'currency', ' AND t.currency = $5->>''currency'''),
            (f ? 'customer', ' AND t.customer = $5->>''customer'''),
            (f ? 'reference', ' AND t.reference = $5->>''reference'''),
            (f ? 'payment', ' AND t.payment_id = ($5->>''payment'')::uuid'),
            (f->'amount' ? 'gte', ' AND t.amount >= ($5->''amount''->>''gte'')'
                                  '::bigint'),
            (f->'amount' ? 'lte', ' AND t.amount <= ($5->''amount''->>''lte'')'
                                  '::bigint'),
            (f->'created_at' ? 'gte', ' AND t.created_at >= '
                '($5->''created_at''->>''gte'')::timestamptz'),
            (f->'created_at' ? 'gt', ' AND t.created_at > '
                '($5->''created_at''->>''gt'')::timestamptz'),
            (f->'created_at' ? 'lte', ' AND t.created_at <= '
                '($5->''created_at''->>''lte'')::timestamptz'),
            (f->'created_at' ? 'lt', ' AND t.created_at < '
                '($5->''created_at''->>''lt'')::timestamptz'),
            (after[i] IS NOT NULL AND ascending[i], ' AND t.%1$I > $3'),
            (after[i] IS NOT NULL AND NOT ascending[i], ' AND t.%1$I < $3')
          ) AS c (present, text)
         WHERE c.present;

        EXECUTE format('SELECT array_agg(x.id) FROM (SELECT %2$s t.%1$I AS id '
            'FROM pay.%3$I t WHERE %4$s' || coalesce(conditions, '')
            || ' ORDER BY t.%1$I %5$s LIMIT $4 + 1) x', id,
            CASE k WHEN 'ledger_transactions' THEN 'DISTINCT' ELSE '' END,
            CASE k WHEN 'ledger_transactions' THEN 'ledger_transfers' ELSE k END,
            CASE k WHEN 'merchants' THEN 'true'
                   ELSE 't.merchant_id = $1 AND t.livemode = $2' END,
            CASE WHEN ascending[i] THEN 'ASC' ELSE 'DESC' END)
           INTO ids
          USING merchant[i], livemode[i], after[i], size[i], f;

        o_item := item[i];
        o_more := coalesce(cardinality(ids) > size[i], false);
        ids := ids[:size[i]];
        o_last := ids[cardinality(ids)];
        o_body := coalesce(pay.objects_body(k, merchant[i], ids), '');

        IF kind[i] = 'payment_refunds' AND NOT EXISTS (
            SELECT FROM pay.payments p
             WHERE p.merchant_id = merchant[i] AND p.livemode = livemode[i]
               AND p.payment_id = (f->>'payment')::uuid)
        THEN
            o_body := NULL;
        END IF;

        RETURN NEXT;
    END LOOP;
END $$;

-- In: tag, merchant, mode and currency (NULL: all that the merchant has) of
-- each request.  Out: tag; the balances as JSON, parted by commas: exact for
-- the snapshot of this call.
CREATE OR REPLACE FUNCTION pay.get_balances(item uuid[], merchant bigint[],
    livemode boolean[], currency text[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT u.i, 0, coalesce(b.body, CASE WHEN u.c IS NULL THEN '' ELSE
               '{"object":"balance","livemode":' || u.l::text
               || ',"currency":"' || u.c || '","exponent":'
               || pay.exponent(u.c)::text
               || ',"available":0,"pending":0,"reserved":0,"as_of":'
               || pay.json_time(now()) || '}' END)
      FROM unnest(item, merchant, livemode, currency) AS u(i, m, l, c)
      LEFT JOIN LATERAL (
           SELECT string_agg('{"object":"balance","livemode":' || u.l::text
                      || ',"currency":"' || s.currency || '","exponent":'
                      || pay.exponent(s.currency)::text
                      || ',"available":' || s.available::text
                      || ',"pending":' || s.pending::text
                      || ',"reserved":' || s.reserved::text
                      || ',"as_of":' || pay.json_time(now()) || '}', ','
                      ORDER BY s.currency) AS body
             FROM (SELECT t.currency,
                          coalesce(sum(CASE WHEN t.credit = 3 THEN t.amount
                                            ELSE -t.amount END)
                              FILTER (WHERE 3 IN (t.debit, t.credit)), 0)
                              AS available,
                          coalesce(sum(CASE WHEN t.credit = 2 THEN t.amount
                                            ELSE -t.amount END)
                              FILTER (WHERE 2 IN (t.debit, t.credit)), 0)
                              AS pending,
                          coalesce(sum(CASE WHEN t.credit = 4 THEN t.amount
                                            ELSE -t.amount END)
                              FILTER (WHERE 4 IN (t.debit, t.credit)), 0)
                              AS reserved
                     FROM pay.ledger_transfers t
                    WHERE t.merchant_id = u.m AND t.livemode = u.l
                      AND (u.c IS NULL OR t.currency = u.c)
                    GROUP BY t.currency) s) b ON true;
END $$;

-- In: tag, merchant and mode of each request.  Out: tag; debits and credits
-- of each currency as JSON, from one snapshot.
CREATE OR REPLACE FUNCTION pay.trial_balance(item uuid[], merchant bigint[],
    livemode boolean[], unused uuid[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT u.i, 0, '{"object":"trial_balance","livemode":' || u.l::text
           || ',"as_of":' || pay.json_time(now()) || ',"currencies":{'
           || coalesce(b.body, '') || '}}'
      FROM unnest(item, merchant, livemode) AS u(i, m, l)
      LEFT JOIN LATERAL (
           SELECT string_agg('"' || s.currency || '":{"debits":' || s.debits
                      || ',"credits":' || s.credits || ',"balanced":'
                      || (s.debits = s.credits)::text || '}', ','
                      ORDER BY s.currency) AS body
             FROM (SELECT e.currency,
                          coalesce(sum(e.amount) FILTER (
                              WHERE e.direction = 'debit'), 0) AS debits,
                          coalesce(sum(e.amount) FILTER (
                              WHERE e.direction = 'credit'), 0) AS credits
                     FROM pay.ledger_entries e
                    WHERE e.merchant_id = u.m AND e.livemode = u.l
                    GROUP BY e.currency) s) b ON true;
END $$;

-- In: tag, merchant, mode and id of each ledger transaction.  Out: tag; it as
-- JSON, or NULL where this merchant has no such transaction.
CREATE OR REPLACE FUNCTION pay.get_ledger_transactions(item uuid[],
    merchant bigint[], livemode boolean[], id uuid[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
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
