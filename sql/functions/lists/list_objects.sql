-- The parts of the query of a list, in which $1 is the merchant, $2 the mode, $3 and
-- $6 the ids between which it looks, and $5 the filter.  In: as pay.list_objects.
-- Out: the name of the id's column; what is read, in which order, above $3 and below
-- $6; what is kept of it; and of that the id, and the bytes that it takes as JSON,
-- from the lengths of its columns, which are not read.
CREATE OR REPLACE FUNCTION pay.list_query(kind text, f jsonb, ascending boolean,
    OUT id text, OUT source text, OUT above text, OUT below text, OUT sorted text,
    OUT matches text, OUT columns text)
LANGUAGE plpgsql IMMUTABLE SET search_path = pay, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    k record;
BEGIN
    -- a kind is a row here, a function pay.render_<kind>(), and its filters below;
    -- what is not owned is shown whoever's it is
    SELECT * INTO STRICT k FROM (VALUES
        ('payments', 'payments', 'payment_id', 't.payment_id', true,
         '1200 + octet_length(t.head) + octet_length(t.metadata) '
         '+ 6 * coalesce(octet_length(t.description), 0)'),
        ('refunds', 'refunds', 'refund_id', 't.refund_id', true,
         '1200 + octet_length(t.metadata)'),
        ('disputes', 'disputes', 'dispute_id', 't.dispute_id', true, '1200'),
        ('ledger_transactions', 'ledger_transfers', 'transaction_id',
         'DISTINCT t.transaction_id', true, '1200'),
        ('api_keys', 'api_keys', 'key_id', 't.key_id', true, '1200'),
        ('webhook_endpoints', 'webhook_endpoints', 'endpoint_id', 't.endpoint_id',
         true, '5000 + octet_length(t.url) + octet_length(t.metadata)'),
        ('merchants', 'merchants', 'public_id', 't.public_id', false, '1200'))
          AS v (kind, from_table, id, ids, owned, weight)
     WHERE v.kind = kind;

    id := k.id;

    -- what an index finds
    source := ' FROM pay.' || k.from_table || ' t WHERE '
        || CASE WHEN k.owned THEN 't.merchant_id = $1' ELSE 'true' END
        || CASE WHEN f ? 'customer'
           THEN ' AND t.customer = $5->>''customer''' ELSE '' END
        || CASE WHEN kind = 'payments' AND f ? 'reference'
           THEN ' AND t.payment_id IN (SELECT unnest(r.earlier || r.payment_id) '
                'FROM pay.payment_references r WHERE r.merchant_id = $1 '
                'AND r.livemode = $2 AND r.reference = $5->>''reference'')'
           ELSE '' END
        || CASE WHEN kind IN ('refunds', 'disputes') AND f ? 'payment'
           THEN ' AND t.payment_id = ($5->>''payment'')::uuid' ELSE '' END;
    above := ' AND t.' || id || ' > $3';
    below := ' AND t.' || id || ' < $6';
    sorted := ' ORDER BY t.' || id || CASE WHEN ascending THEN ' ASC'
                                           ELSE ' DESC' END;

    -- what is looked for among it
    matches := CASE WHEN k.owned THEN 't.livemode = $2' ELSE 'true' END
        || CASE WHEN f ? 'status' THEN ' AND t.status IN (SELECT '
                'jsonb_array_elements_text($5->''status''))' ELSE '' END
        || CASE WHEN f ? 'currency'
           THEN ' AND t.currency = $5->>''currency''' ELSE '' END
        || CASE WHEN f ? 'reference'
           THEN ' AND t.reference = $5->>''reference''' ELSE '' END
        || CASE WHEN f->'amount' ? 'gte'
           THEN ' AND t.amount >= ($5->''amount''->>''gte'')::bigint'
           ELSE '' END
        || CASE WHEN f->'amount' ? 'gt'
           THEN ' AND t.amount > ($5->''amount''->>''gt'')::bigint'
           ELSE '' END
        || CASE WHEN f->'amount' ? 'lte'
           THEN ' AND t.amount <= ($5->''amount''->>''lte'')::bigint'
           ELSE '' END
        || CASE WHEN f->'amount' ? 'lt'
           THEN ' AND t.amount < ($5->''amount''->>''lt'')::bigint'
           ELSE '' END
        || CASE WHEN f ? 'metadata'
           THEN ' AND t.metadata::jsonb @> ($5->''metadata'')' ELSE '' END
        || CASE WHEN kind = 'ledger_transactions' AND f ? 'payment'
           THEN ' AND t.source_id IN (SELECT ($5->>''payment'')::uuid UNION ALL '
                'SELECT r.refund_id FROM pay.refunds r WHERE r.merchant_id = $1 '
                'AND r.payment_id = ($5->>''payment'')::uuid)' ELSE '' END
        || CASE WHEN f->'created_at' ? 'gte' THEN ' AND t.created_at >= '
                '($5->''created_at''->>''gte'')::timestamptz' ELSE '' END
        || CASE WHEN f->'created_at' ? 'gt' THEN ' AND t.created_at > '
                '($5->''created_at''->>''gt'')::timestamptz' ELSE '' END
        || CASE WHEN f->'created_at' ? 'lte' THEN ' AND t.created_at <= '
                '($5->''created_at''->>''lte'')::timestamptz' ELSE '' END
        || CASE WHEN f->'created_at' ? 'lt' THEN ' AND t.created_at < '
                '($5->''created_at''->>''lt'')::timestamptz' ELSE '' END;

    columns := k.ids || ' AS id, ' || k.weight || ' AS weight';
END $$;

-- Lists, pages by key: what existed when a walk began comes once, whatever is
-- inserted meanwhile.
--
-- In: arrays of one length, an element for each request:
--   item        the caller's tag
--   merchant, livemode   whose
--   kind        payments, refunds, disputes, ledger_transactions, api_keys,
--               webhook_endpoints, merchants (all there are), or payment_refunds: those of the payment of
--               the filter
--   filter      what to list, a JSON object that the caller has checked:
--               status (array), currency, customer, reference, metadata (an
--               object of strings that must be there), payment (uuid),
--               created_at and amount ({"gte", "gt", "lte", "lt"})
--   after       the id after which the page begins; NULL: at the start
--   ascending   oldest first;   size  of the page, 1 .. 100
--
-- Out: one row for each item: its tag; whether there is more; the id after which
-- the next page begins; the objects, separated by commas (NULL: there is no such
-- payment).  Errors: 55P03, a lock was not to be had in half a second.
--
-- What a page costs is bounded.  It reads 2000 rows at the most, and 100 where it
-- looks into their metadata, which may be 62 KB each: where few of them
-- match it is shorter, perhaps empty, and says that there is more.  It ends at one
-- MiB, but has one object.
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
SET jit = off SET lock_timeout = '500ms' AS $$
#variable_conflict use_variable
DECLARE
    rows_read int;
    bytes constant int := 1048576 - 4096;
    i int;
    n int;
    total bigint;
    f jsonb;
    k text;
    q record;
    ids uuid[];
    weights int[];
    low uuid;
    high uuid;
    source text;
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        f := filter[i]::jsonb;
        k := CASE kind[i] WHEN 'payment_refunds' THEN 'refunds'
                          ELSE kind[i] END;
        SELECT * INTO q FROM pay.list_query(k, f, ascending[i]);

        rows_read := CASE WHEN f ? 'metadata' THEN 100 ELSE 2000 END;

        -- ids are times, give or take some seconds of clocks and transactions;
        -- nothing that a payment has caused is older than itself
        low := greatest(CASE WHEN ascending[i] THEN after[i] END,
            CASE WHEN k = 'ledger_transactions' THEN pay.uuid7_floor(
                pay.uuid7_time((f->>'payment')::uuid)
                - interval '5 seconds') END,
            pay.uuid7_floor(greatest((f->'created_at'->>'gte')::timestamptz,
                                     (f->'created_at'->>'gt')::timestamptz)
                            - interval '5 seconds'));
        high := least(CASE WHEN NOT ascending[i] THEN after[i] END,
            pay.uuid7_floor(least((f->'created_at'->>'lte')::timestamptz,
                                  (f->'created_at'->>'lt')::timestamptz)
                            + interval '6 seconds'));
        source := q.source || CASE WHEN low IS NULL THEN '' ELSE q.above END
            || CASE WHEN high IS NULL THEN '' ELSE q.below END || q.sorted;

        EXECUTE 'SELECT array_agg(x.id), array_agg(x.weight) FROM (SELECT '
            || q.columns || ' FROM (SELECT t.*' || source
            || ' LIMIT $7) t WHERE ' || q.matches || q.sorted
            || ' LIMIT $4 + 1) x'
           INTO ids, weights
          USING merchant[i], livemode[i], low, size[i], f, high, rows_read;

        -- as many as one MiB holds
        n := 0;
        total := 0;

        WHILE n < least(cardinality(ids), size[i]) LOOP
            total := total + weights[n + 1];
            EXIT WHEN n > 0 AND total > bytes;
            n := n + 1;
        END LOOP;

        o_item := item[i];
        o_more := coalesce(cardinality(ids) > n, false);
        o_last := ids[n];

        IF NOT o_more THEN
            -- all that match of those that were read; were these all there are?
            EXECUTE 'SELECT t.' || q.id || source || ' LIMIT 1 OFFSET $7 - 1'
               INTO o_last
              USING merchant[i], livemode[i], low, size[i], f, high, rows_read;
            o_more := o_last IS NOT NULL;
        END IF;

        EXECUTE format('SELECT pay.%I($1, $2)', 'render_' || k)
           INTO o_body USING merchant[i], ids[:n];
        o_body := coalesce(o_body, '');

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
