-- Reads.  Each takes arrays and gives exactly one row for each item, so that
-- the reads of many requests share one call.  VOLATILE on purpose: each
-- statement inside then sees what has committed before it, which a replica's
-- freshness test needs.  Those that are called often are in PL/pgSQL, which keeps
-- its plans: one in SQL that can not be inlined is planned at each call.

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
CREATE OR REPLACE FUNCTION pay.get_payments(item uuid[], merchant bigint[],
    livemode boolean[], payment uuid[], expand bigint[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET plan_cache_mode = force_generic_plan SET lock_timeout = '500ms' AS $$
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

-- In: merchant, mode and id of a refund.  Out: its version and body, or no row
-- where this merchant has no such refund.
CREATE OR REPLACE FUNCTION pay.read_refund(merchant bigint, livemode boolean,
    id uuid)
RETURNS TABLE (o_version int, o_body text)
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT r.version, pay.refund_body(r)
      FROM pay.refunds r
     WHERE r.merchant_id = merchant AND r.refund_id = id
       AND r.livemode = read_refund.livemode
$$;

-- In: merchant, mode and id of a capture.  Out: a version, which captures do not
-- have, and the body; no row where this merchant has no such capture.
CREATE OR REPLACE FUNCTION pay.read_capture(merchant bigint, livemode boolean,
    id uuid)
RETURNS TABLE (o_version int, o_body text)
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT 0, pay.capture_body(c)
      FROM pay.captures c
      JOIN pay.payments p USING (merchant_id, payment_id)
     WHERE c.merchant_id = merchant AND c.capture_id = id
       AND p.livemode = read_capture.livemode
$$;

-- In: merchant, mode and id of a dispute.  Out: its version and body, or no row where
-- this merchant has no such dispute.
CREATE OR REPLACE FUNCTION pay.read_dispute(merchant bigint, livemode boolean,
    id uuid)
RETURNS TABLE (o_version int, o_body text)
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT d.version, pay.dispute_body(d)
      FROM pay.disputes d
     WHERE d.merchant_id = merchant AND d.dispute_id = id
       AND d.livemode = read_dispute.livemode
$$;

-- In: a merchant; mode and id are not looked at.  Out: a version, which merchants do
-- not have, and the merchant's body.
CREATE OR REPLACE FUNCTION pay.read_account(merchant bigint, livemode boolean,
    id uuid)
RETURNS TABLE (o_version int, o_body text)
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT 0, pay.merchant_body(m) FROM pay.merchants m
     WHERE m.merchant_id = merchant
$$;

-- Objects that are read by their id.  In: tag, merchant and mode of each
-- request, what to read and its id.  Out: tag; version and body of what
-- pay.read_<kind>(merchant, livemode, id) gives, or NULLs where it gives no row.
-- The kind is a word of the module's table, never a client's.
CREATE OR REPLACE FUNCTION pay.read_objects(item uuid[], merchant bigint[],
    livemode boolean[], kind text[], id uuid[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET jit = off SET lock_timeout = '500ms' AS $$
BEGIN
    FOR i IN 1 .. array_length(item, 1) LOOP
        o_item := item[i];
        EXECUTE format('SELECT * FROM pay.%I($1, $2, $3)', 'read_' || kind[i])
           INTO o_version, o_body USING merchant[i], livemode[i], id[i];
        RETURN NEXT;
    END LOOP;
END $$;

-- As the module had it before pay.read_objects(): its workers serve on while the
-- schema is brought up to date, and until they end.
CREATE OR REPLACE FUNCTION pay.get_refunds(item uuid[], merchant bigint[],
    livemode boolean[], refund uuid[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT * FROM pay.read_objects(item, merchant, livemode,
        array_fill('refund'::text, ARRAY[cardinality(item)]), refund)
$$;

-- In: tag, merchant and SHA-256 of each API key.  Out: tag; where there is
-- such a key, its merchant's public id and status, mode, scopes parted by
-- spaces, and whether it was revoked or has expired; and always the database's
-- clock, which decides that.
CREATE OR REPLACE FUNCTION pay.authenticate(item uuid[], merchant bigint[],
    key_hash bytea[])
RETURNS TABLE (o_item uuid, public_id uuid, active boolean, livemode boolean,
               scopes text, revoked boolean, expired boolean,
               o_clock timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET plan_cache_mode = force_generic_plan SET lock_timeout = '500ms' AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT u.i, m.public_id, m.status = 'active', k.livemode,
           array_to_string(k.scopes, ' '), k.revoked_at IS NOT NULL,
           coalesce(k.expires_at <= clock_timestamp(), false),
           clock_timestamp()
      FROM unnest(item, merchant, key_hash) AS u(i, m, h)
      LEFT JOIN (pay.api_keys k JOIN pay.merchants m USING (merchant_id))
        ON k.merchant_id = u.m AND k.key_hash = u.h;
END $$;

-- Who has a key, without using it.  In: tag, merchant, hash of mode and key,
-- fingerprint of the request that asks; ttl as in create_payments.  Out: tag;
-- outcome 1 it was used with this request, and the columns show how that ended;
-- 2 it is in use by a transaction under way, which may be either; 3 it was used
-- with another one, whose id and line they show; 6 not at all; 10 it was
-- canceled before it was used.
CREATE OR REPLACE FUNCTION pay.find_keys(item uuid[], merchant bigint[],
    key_hash uuid[], fingerprint bytea[], ttl interval)
RETURNS TABLE (o_item uuid, outcome smallint, status smallint,
               o_request_id uuid, o_object_id uuid, o_version int,
               o_created_at timestamptz, o_request text, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pay, pg_temp SET lock_timeout = '500ms' AS $$
#variable_conflict use_variable
DECLARE
    act boolean[];
BEGIN
    -- shared: two who ask do not take each other for one who executes
    SELECT array_agg(pg_try_advisory_xact_lock_shared(
                         uuid_hash_extended(u.k, u.m)) ORDER BY u.n)
      INTO act FROM unnest(merchant, key_hash) WITH ORDINALITY u(m, k, n);

    -- as in create_payments: what has not reached its standby is no answer
    IF current_setting('synchronous_standby_names') <> '' THEN
        PERFORM pg_logical_emit_message(true, 'payments', '');
    END IF;

    RETURN QUERY
    SELECT u.i,
           CASE WHEN NOT act[u.n] THEN 2
                WHEN j.key_hash IS NULL THEN 6
                WHEN j.fingerprint IS NULL THEN 10
                WHEN j.fingerprint = u.f THEN 1 ELSE 3 END::smallint,
           j.status, j.request_id, j.object_id, j.object_version, j.created_at,
           j.request, CASE WHEN coalesce(j.fingerprint, u.f) = u.f THEN j.body END
      FROM unnest(item, merchant, key_hash, fingerprint)
           WITH ORDINALITY AS u(i, m, k, f, n)
      LEFT JOIN LATERAL (
           SELECT * FROM pay.journal e
            WHERE act[u.n] AND e.merchant_id = u.m AND e.key_hash = u.k
              AND e.day BETWEEN ((now() - ttl) AT TIME ZONE 'UTC')::date
                            AND (now() AT TIME ZONE 'UTC')::date + 1
              AND e.created_at > now() - ttl
            ORDER BY e.created_at DESC LIMIT 1) j ON true;
END $$;

-- What this server is.  In: tags.  Out: each tag; whether it is a standby; the
-- timeline that it writes, or as a standby has replayed, as far as it has put
-- that down; the cluster's identifier.
--
-- The timeline is that of the segment it writes to: pg_control_checkpoint()
-- shows the old one until the first checkpoint after a promotion.
CREATE OR REPLACE FUNCTION pay.probe(item uuid[])
RETURNS TABLE (o_item uuid, o_standby boolean, o_timeline bigint,
               o_system bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT i, pg_is_in_recovery(),
           CASE WHEN pg_is_in_recovery() THEN
               (SELECT greatest(c.timeline_id, r.min_recovery_end_timeline)
                  FROM pg_control_checkpoint() c, pg_control_recovery() r)
           ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))
                ::bit(32)::bigint END,
           (SELECT system_identifier FROM pg_control_system())
      FROM unnest(item) AS i
$$;

-- Which database this is.  In: tags.  Out: each tag, and a number that another cluster,
-- another database, a restored dump, or a past that went on otherwise (a recovery to
-- an earlier time, a promotion) do not have; 0 on a standby.
CREATE OR REPLACE FUNCTION pay.database(item uuid[])
RETURNS TABLE (o_item uuid, o_database bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT i, CASE WHEN pg_is_in_recovery() THEN 0 ELSE
               hashtextextended(concat_ws('/',
                   (SELECT c.system_identifier FROM pg_control_system() c),
                   left(pg_walfile_name(pg_current_wal_lsn()), 8),
                   (SELECT d.oid FROM pg_database d
                     WHERE d.datname = current_database()),
                   to_regclass('pay.journal')::oid), 0) END
      FROM unnest(item) AS i;
END $$;

-- Writes the primary's beat. In: tags; for how long, milliseconds, the node that
-- asks still reads no replica, since it could not tell others what it had written,
-- up to 15000, 0: it could (and so could, by the default, who does not say: a
-- worker of an earlier version).  Out: each tag,
-- the timeline that this server writes, the time of the beat by its clock, which
-- is later than any before it on this timeline, and for how long, milliseconds, by
-- what any node has said, replicas are not to be read.  Errors: 25006 on a
-- standby; 55P03.
-- Loses nothing where the last beats are lost: its commit does not wait for the
-- disk or a standby, so that neither keeps it from being heard.  Set inside: a
-- function's own SET has ended by the time of the commit.
CREATE OR REPLACE FUNCTION pay.beat(item uuid[], blind bigint[] DEFAULT '{}')
RETURNS TABLE (o_item uuid, o_timeline bigint, o_at timestamptz, o_blind bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET lock_timeout = '200ms' AS $$
DECLARE
    t constant bigint := ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))
                         ::bit(32)::bigint;
    longest constant interval := (SELECT max(b) FROM unnest(blind) AS b)
                                 * interval '1 millisecond';
    c constant timestamptz := clock_timestamp();
    beat pay.beats;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    UPDATE pay.beats AS b
       SET timeline = t,
           at = CASE WHEN b.timeline = t
                     THEN greatest(c, b.at + interval '1 millisecond')
                     ELSE c END,
           -- by a clock that was set back nobody stays blind for longer
           blind_until = greatest(least(b.blind_until, c + interval '15 s'),
                                  c + longest)
     RETURNING b.* INTO STRICT beat;
    RETURN QUERY SELECT i, beat.timeline, beat.at,
        greatest(0, extract(epoch FROM beat.blind_until - c) * 1000)::bigint
      FROM unnest(item) AS i;
END $$;

-- The beat that this server shows.  In: tags.  Out: as of pay.beat().
CREATE OR REPLACE FUNCTION pay.shown(item uuid[])
RETURNS TABLE (o_item uuid, o_timeline bigint, o_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
    SELECT i, b.timeline, b.at FROM unnest(item) AS i LEFT JOIN pay.beats AS b ON true
$$;

-- What a reader must ask of a replica to see all that the transaction under way
-- has written or seen: a number, and all transactions up to it must have ended
-- there.  VOLATILE: with a snapshot of its own, later than the statement's.
CREATE OR REPLACE FUNCTION pay.token()
RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN greatest(pg_current_xact_id_if_assigned()::text::bigint,
                    pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1);
END $$;

-- In: such numbers; of the primary's beats, the timeline and the time of one that
-- any reader must see.  Out: whether the statement that asks sees all of them.
-- STABLE: with the statement's snapshot; its other functions have that, or a
-- later one.
-- Not pg_visible_in_snapshot() and not the snapshot's list: on a standby a
-- transaction that is under way is missing there; the oldest one is right.
CREATE OR REPLACE FUNCTION pay.fresh(tokens bigint[], timeline bigint[],
    at timestamptz[])
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pay, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (SELECT max(t) FROM unnest(tokens) AS t)
           < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
       AND EXISTS (SELECT FROM pay.beats AS b
                    WHERE b.timeline = ALL (fresh.timeline)
                      AND b.at >= ALL (fresh.at));
END $$;

-- Whether a payment could be made here.  In: tags.  Out: each tag, and
--   1  it could
--   2  the server, the database or the role is set read-only
--   3  the server is a standby
--   4  pay.create_payments() is missing, or the caller may not call it
--   5  the session is not as sql/apply sets the role: its isolation is another one,
--      in which a duplicate would not see the first request, or its encoding is
--   6  it could, but the mark of events is another cluster's, whose dump was restored
--      here: nothing gets its sequence until sql/apply has been run
-- In PL/pgSQL as what makes payments is: where that cannot be loaded there is no
-- answer.
CREATE OR REPLACE FUNCTION pay.ping(item uuid[])
RETURNS TABLE (o_item uuid, o_state smallint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
DECLARE
    create_payments constant oid := to_regproc('pay.create_payments');
BEGIN
    RETURN QUERY
    SELECT i, CASE WHEN pg_is_in_recovery() THEN 3
                   WHEN current_setting('transaction_read_only') = 'on' THEN 2
                   WHEN create_payments IS NULL OR NOT has_function_privilege(
                            session_user, create_payments, 'EXECUTE') THEN 4
                   WHEN current_setting('transaction_isolation')
                            <> 'read committed'
                        OR current_setting('client_encoding') <> 'UTF8' THEN 5
                   WHEN (SELECT r.xid > pg_snapshot_xmax(pg_current_snapshot())
                           FROM pay.relay r) THEN 6
                   ELSE 1 END::smallint
      FROM unnest(item) AS i;
END $$;

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
