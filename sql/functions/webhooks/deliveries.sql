-- What endpoints were sent: first attempts in pay.webhook_pages, all others in
-- pay.webhook_attempts.  A delivery is an event and an endpoint; it is shown as its last
-- attempt.

-- In: an endpoint, an event.  Out: the delivery's id.
CREATE OR REPLACE FUNCTION pay.delivery_id(endpoint uuid, event uuid) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT encode(substr(sha256(uuid_send(endpoint) || uuid_send(event)), 1, 16),
                  'hex')::uuid
$$;

-- Why no answer came.  In: a number below 0, as the module gives it
-- (ngx_payments_delivery_error_e).  Out: a word.
CREATE OR REPLACE FUNCTION pay.delivery_error(answer int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE answer WHEN -1 THEN 'timeout'
                       WHEN -2 THEN 'connection_failed'
                       WHEN -3 THEN 'tls_failed'
                       WHEN -4 THEN 'name_not_found'
                       WHEN -5 THEN 'address_refused'
                       WHEN -6 THEN 'invalid_answer'
                       ELSE 'not_sent' END
$$;

-- In: endpoint, event; number of the last attempt, 0: none was made; what has become of
-- it (pending, succeeded, failed); its answer, ms and time, NULLs: none was made; when
-- the next one is due, NULL or infinity: not known.  Out: the delivery as JSON.
CREATE OR REPLACE FUNCTION pay.delivery_body(endpoint uuid, event uuid, attempt int,
    state text, answer int, took int, at timestamptz, due timestamptz)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT '{"id":"' || pay.id_text('whd_', pay.delivery_id(endpoint, event))
        || '","object":"webhook_delivery","event_id":"'
        || pay.id_text('evt_', event)
        || '","endpoint_id":"' || pay.id_text('we_', endpoint)
        || '","attempt":' || attempt
        || ',"status":"' || state
        || '","response_status":'
        || coalesce((CASE WHEN answer > 0 THEN answer END)::text, 'null')
        || ',"error":'
        || coalesce('"' || CASE WHEN answer <= 0 THEN pay.delivery_error(answer) END
                    || '"', 'null')
        || ',"duration_ms":' || coalesce(took::text, 'null')
        || ',"attempted_at":' || pay.json_time(at)
        || ',"next_attempt_at":'
        || pay.json_time(CASE WHEN due < 'infinity' THEN due END) || '}'
$$;

-- In: merchant, endpoint, sequence.  Out: how often this event was sent there, 0 or
-- more.
CREATE OR REPLACE FUNCTION pay.webhook_tries(merchant bigint, endpoint uuid,
    sequence bigint) RETURNS int
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_variable
BEGIN
    RETURN coalesce(
        (SELECT max(a.attempt) FROM pay.webhook_attempts a
          WHERE a.merchant_id = merchant AND a.endpoint_id = endpoint
            AND a.sequence = sequence),
        -- pages of an endpoint do not overlap
        (SELECT (sequence - p.first = ANY (p.offsets))::int
           FROM pay.webhook_pages p
          WHERE p.merchant_id = merchant AND p.endpoint_id = endpoint
            AND p.first <= sequence
          ORDER BY p.first DESC LIMIT 1),
        0);
END $$;

-- Deliveries of one endpoint.  In: it; sequences between which, and the order in
-- which, it looks; how many at most; states, NULL: any.  Out: sequence and JSON of each,
-- in no order; one without JSON where there may be more, behind its sequence, though
-- fewer were found.
CREATE OR REPLACE FUNCTION pay.endpoint_deliveries(e pay.webhook_endpoints, low bigint,
    high bigint, ascending boolean, most int, states text[])
RETURNS TABLE (o_sequence bigint, o_body text)
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp SET enable_seqscan = off
SET jit = off AS $$
#variable_conflict use_variable
DECLARE
    pages_read constant int := 100;
    rows_read constant int := 500;
    bottom bigint;
    pages bigint[];
    others bigint[];
    edge bigint;
BEGIN
    -- the page that "low" is in, perhaps
    bottom := coalesce((SELECT p.first FROM pay.webhook_pages p
                         WHERE p.merchant_id = e.merchant_id
                           AND p.endpoint_id = e.endpoint_id AND p.first <= low
                         ORDER BY p.first DESC LIMIT 1), low);

    SELECT array_agg(x.first) INTO pages
      FROM ((SELECT p.first FROM pay.webhook_pages p
              WHERE ascending AND p.merchant_id = e.merchant_id
                AND p.endpoint_id = e.endpoint_id
                AND p.first >= bottom AND p.first <= high
              ORDER BY p.first LIMIT pages_read)
            UNION ALL
            (SELECT p.first FROM pay.webhook_pages p
              WHERE NOT ascending AND p.merchant_id = e.merchant_id
                AND p.endpoint_id = e.endpoint_id
                AND p.first >= bottom AND p.first <= high
              ORDER BY p.first DESC LIMIT pages_read)) x;

    SELECT array_agg(x.sequence) INTO others
      FROM ((SELECT a.sequence FROM pay.webhook_attempts a
              WHERE ascending AND a.merchant_id = e.merchant_id
                AND a.endpoint_id = e.endpoint_id
                AND a.sequence >= low AND a.sequence <= high
              ORDER BY a.sequence LIMIT rows_read)
            UNION ALL
            (SELECT a.sequence FROM pay.webhook_attempts a
              WHERE NOT ascending AND a.merchant_id = e.merchant_id
                AND a.endpoint_id = e.endpoint_id
                AND a.sequence >= low AND a.sequence <= high
              ORDER BY a.sequence DESC LIMIT rows_read)) x;

    -- up to where both have been read; of attempts the last may lack some
    SELECT CASE WHEN ascending THEN min(x.s) ELSE max(x.s) END INTO edge
      FROM (SELECT pages[pages_read] AS s WHERE cardinality(pages) = pages_read
            UNION ALL
            SELECT others[rows_read] WHERE cardinality(others) = rows_read) x;

    IF ascending THEN
        high := least(high, edge);
    ELSE
        low := greatest(low, edge);
    END IF;

    RETURN QUERY
    SELECT d.n, pay.delivery_body(e.endpoint_id, d.event_id, d.attempt, d.state,
                                  d.answer, d.took, d.at, d.due)
      FROM (SELECT s.n, v.event_id, coalesce(a.attempt, 1)::int AS attempt,
                   coalesce(a.answer, s.answer)::int AS answer,
                   coalesce(a.took, s.took) AS took, coalesce(a.at, s.at) AS at,
                   CASE WHEN r.sequence IS NOT NULL THEN r.due
                        WHEN coalesce(a.answer, s.answer) NOT BETWEEN 200 AND 299
                             AND s.n > e.cursor THEN e.paused_until END AS due,
                   CASE WHEN r.sequence IS NOT NULL THEN 'pending'
                        WHEN coalesce(a.answer, s.answer) BETWEEN 200 AND 299
                             THEN 'succeeded'
                        WHEN s.n > e.cursor THEN 'pending'
                        ELSE 'failed' END AS state
              FROM (SELECT DISTINCT ON (x.n) x.*
                      FROM (SELECT p.first + u.o AS n, u.a AS answer, u.t AS took,
                                   p.at - u.b * interval '1 millisecond' AS at
                              FROM pay.webhook_pages p,
                                   unnest(p.offsets, p.answers, p.began, p.took)
                                       AS u (o, a, b, t)
                             WHERE p.merchant_id = e.merchant_id
                               AND p.endpoint_id = e.endpoint_id
                               AND p.first = ANY (pages)
                            UNION ALL
                            SELECT o.n, NULL, NULL, NULL
                              FROM unnest(others) AS o (n)) x
                     WHERE x.n BETWEEN low AND high
                     ORDER BY x.n, x.at DESC NULLS LAST) s
              JOIN pay.events v
                ON v.merchant_id = e.merchant_id AND v.livemode = e.livemode
               AND v.sequence = s.n
              LEFT JOIN LATERAL (
                    SELECT * FROM pay.webhook_attempts t
                     WHERE t.merchant_id = e.merchant_id
                       AND t.endpoint_id = e.endpoint_id AND t.sequence = s.n
                     ORDER BY t.attempt DESC LIMIT 1) a ON true
              LEFT JOIN pay.webhook_retries r
                ON r.merchant_id = e.merchant_id AND r.endpoint_id = e.endpoint_id
               AND r.sequence = s.n) d
     WHERE states IS NULL OR d.state = ANY (states)
     ORDER BY CASE WHEN ascending THEN d.n ELSE -d.n END LIMIT most;

    IF edge IS NOT NULL THEN
        RETURN QUERY SELECT edge, NULL::text;
    END IF;
END $$;

-- Deliveries, in the order of their events, those of one event in an order of its
-- endpoints that stays.  In and out as pay.list_objects(); the filter has "endpoint" and
-- "event" (uuids) and "status" (an array).  The last one's id is made of both.
CREATE OR REPLACE FUNCTION pay.list_deliveries(item uuid[], merchant bigint[],
    livemode boolean[], kind text[], filter text[], after uuid[],
    ascending boolean[], size bigint[])
RETURNS TABLE (o_item uuid, o_more boolean, o_last uuid, o_body text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pay, pg_temp
SET jit = off SET lock_timeout = '500ms' SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
    i int;
    f jsonb;
    digits text;
    at bigint;
    rank bigint;
    low bigint;
    high bigint;
    found_rows int;
    edge bigint;
    last bigint;
    last_rank bigint;
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        o_item := item[i];
        f := filter[i]::jsonb;
        low := 0;
        high := 9223372036854775806;
        at := NULL;

        IF after[i] IS NOT NULL THEN
            digits := replace(after[i]::text, '-', '');
            at := ('x' || left(digits, 16))::bit(64)::bigint;
            rank := ('x' || right(digits, 16))::bit(64)::bigint;
        END IF;

        IF f ? 'event' THEN
            SELECT v.sequence, v.sequence INTO low, high FROM pay.events v
             WHERE v.merchant_id = merchant[i] AND v.livemode = livemode[i]
               AND v.event_id = (f->>'event')::uuid;
            low := coalesce(low, 1);
            high := coalesce(high, 0);
        END IF;

        WITH endpoints AS (
            SELECT e, ('x0' || left(md5(e.endpoint_id::text), 15))
                      ::bit(64)::bigint AS r
              FROM pay.webhook_endpoints e
             WHERE e.merchant_id = merchant[i] AND e.livemode = livemode[i]
               AND (NOT f ? 'endpoint'
                    OR e.endpoint_id = (f->>'endpoint')::uuid)),
        found AS MATERIALIZED (
            SELECT d.o_sequence AS n, s.r, d.o_body
              FROM endpoints s
             CROSS JOIN LATERAL pay.endpoint_deliveries(s.e,
                   CASE WHEN ascending[i] AND at IS NOT NULL
                        THEN greatest(low, at + (s.r <= rank)::int)
                        ELSE low END,
                   CASE WHEN NOT ascending[i] AND at IS NOT NULL
                        THEN least(high, at - (s.r >= rank)::int)
                        ELSE high END,
                   ascending[i], size[i]::int + 1,
                   CASE WHEN f ? 'status' THEN ARRAY(
                        SELECT jsonb_array_elements_text(f->'status')) END) d),
        bound AS (
            SELECT CASE WHEN ascending[i] THEN min(d.n) ELSE max(d.n) END AS n
              FROM found d WHERE d.o_body IS NULL),
        sorted AS (
            SELECT d.*, row_number() OVER (
                       ORDER BY CASE WHEN ascending[i] THEN d.n ELSE -d.n END,
                                CASE WHEN ascending[i] THEN d.r ELSE -d.r END) AS k
              FROM found d, bound b
             WHERE d.o_body IS NOT NULL
               AND (b.n IS NULL OR CASE WHEN ascending[i] THEN d.n <= b.n
                                        ELSE d.n >= b.n END))
        SELECT string_agg(d.o_body, ',' ORDER BY d.k)
                   FILTER (WHERE d.k <= size[i]),
               count(*), (SELECT b.n FROM bound b),
               max(d.n) FILTER (WHERE d.k = size[i]),
               max(d.r) FILTER (WHERE d.k = size[i])
          INTO o_body, found_rows, edge, last, last_rank
          FROM sorted d;

        IF found_rows <= size[i] THEN
            last := edge;
            last_rank := CASE WHEN ascending[i] THEN 1152921504606846976
                              ELSE 0 END;
        END IF;

        o_more := last IS NOT NULL AND (found_rows > size[i] OR edge IS NOT NULL);
        o_last := CASE WHEN o_more
                       THEN (lpad(to_hex(last), 16, '0')
                             || lpad(to_hex(last_rank), 16, '0'))::uuid END;
        o_body := coalesce(o_body, '');
        RETURN NEXT;
    END LOOP;
END $$;
