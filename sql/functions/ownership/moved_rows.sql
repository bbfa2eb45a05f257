-- Out: the tables that have rows of merchants, in an order in which they can be
-- filled; and of those that grow the condition for the rows that changes since
-- some moment have written, where $2, $3 and $4 are the objects, events and keys
-- that these changes name and $5 is a time that no id is older than which was
-- given to a row since.  Each change has its row in the journal, written in the
-- same transaction.
CREATE OR REPLACE FUNCTION pay.moved_tables()
RETURNS TABLE (o_name text, o_late text) LANGUAGE sql IMMUTABLE AS $$
    VALUES ('merchants', NULL), ('api_keys', NULL),
           ('payments', 'payment_id IN (SELECT unnest($2))'),
           ('payment_references', '(merchant_id, livemode, reference) IN ('
            'SELECT p.merchant_id, p.livemode, p.reference FROM pay.payments p '
            'WHERE p.merchant_id = ANY ($1) AND p.reference IS NOT NULL '
            'AND p.payment_id IN (SELECT unnest($2)))'),
           ('ledger_transfers', 'transaction_id >= pay.uuid7_floor($5) '
            'AND source_id IN (SELECT unnest($2))'),
           ('captures', 'payment_id IN (SELECT unnest($2))'),
           ('refunds', 'refund_id IN (SELECT unnest($2))'),
           ('disputes', 'dispute_id IN (SELECT unnest($2))'),
           ('journal', 'day >= $5::date AND key_hash IN (SELECT unnest($4))'),
           ('canceled_keys', 'day >= $5::date'),
           ('events', 'day >= $5::date AND event_id IN (SELECT unnest($3))'),
           ('followups', 'object_id IN (SELECT unnest($2))'),
           ('notifications', 'payment_id IN (SELECT unnest($2))'),
           ('settlements', 'updated_at >= $5'),
           ('resolutions', 'payment_id IN (SELECT unnest($2))'),
           ('event_counters', NULL), ('account_sums', NULL),
           ('webhook_endpoints', NULL), ('webhook_retries', NULL),
           ('webhook_pages', 'day >= $5::date'),
           ('webhook_attempts', 'day >= $5::date')
$$;

-- In: a table of these.  Out: its columns, separated by commas, that go to another
-- shard.  A transaction's number means nothing there.
CREATE OR REPLACE FUNCTION pay.moved_columns(name text) RETURNS text
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)
      FROM pg_attribute a
     WHERE a.attrelid = ('pay.' || quote_ident(name))::regclass
       AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'xid'
$$;

-- In: merchants, a snapshot of this server, a time as above.  Out: the objects,
-- events and keys that changes name which the snapshot does not show.
CREATE OR REPLACE FUNCTION pay.changes_since(merchants bigint[],
    seen pg_snapshot, since timestamptz,
    OUT o_objects uuid[], OUT o_events uuid[], OUT o_keys uuid[])
LANGUAGE sql STABLE SET search_path = pay, pg_temp SET enable_seqscan = off
SET timezone = 'UTC' SET jit = off AS $$
    WITH changes AS (
        SELECT j.object_id, j.parent_id, j.event_id, j.key_hash
          FROM pay.journal j
         WHERE j.day >= since::date AND j.xid >= pg_snapshot_xmin(seen)
           AND NOT pg_visible_in_snapshot(j.xid, seen)
           AND j.merchant_id = ANY (merchants))
    SELECT ARRAY(SELECT c.object_id FROM changes c
                 UNION SELECT c.parent_id FROM changes c WHERE c.parent_id IS NOT NULL),
           ARRAY(SELECT c.event_id FROM changes c),
           ARRAY(SELECT c.key_hash FROM changes c)
$$;

-- In: merchants, a table of these; what changes name, and a time, all as above,
-- or NULLs.  Out: how many rows these changes have written (NULL: how many there
-- are), and a sum that is the same where the rows are, whatever their order.
CREATE OR REPLACE FUNCTION pay.checksum(merchants bigint[], name text,
    objects uuid[], events uuid[], keys uuid[], since timestamptz)
RETURNS TABLE (o_rows bigint, o_sum text)
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp
SET timezone = 'UTC' SET datestyle = 'ISO' SET jit = off AS $$
DECLARE
    late text;
BEGIN
    SELECT t.o_late INTO STRICT late FROM pay.moved_tables() t
     WHERE t.o_name = name;

    RETURN QUERY EXECUTE format(
        'SELECT count(*), coalesce(sum(hash_record_extended(ROW(%s), 0)), 0)'
        '::text FROM pay.%I WHERE merchant_id = ANY ($1)%s',
        pay.moved_columns(name), name,
        CASE WHEN objects IS NOT NULL THEN ' AND ' || late END)
        USING merchants, objects, events, keys, since;
END $$;

-- In: merchants.  Out: in which tables they have rows, or NULL.
CREATE OR REPLACE FUNCTION pay.has_rows(merchants bigint[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pay, pg_temp AS $$
DECLARE
    t text;
    found_one boolean;
    there text;
BEGIN
    FOR t IN SELECT o_name FROM pay.moved_tables() LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM pay.%I '
                       'WHERE merchant_id = ANY ($1))', t)
           INTO found_one USING merchants;

        IF found_one THEN
            there := concat_ws(', ', there, t);
        END IF;
    END LOOP;

    RETURN there;
END $$;

-- Removes rows of merchants that are not here, nor on their way: what the source
-- still has when they have gone, or the target when they did not come.  In:
-- merchants, how many rows at most.  Out: how many; call it until there are
-- none.  A little at a time, since events of all merchants wait for the end of
-- each transaction that writes.  The session must write as a replica does, or
-- what is insert-only refuses.  Errors: 55000, one is not away.
CREATE OR REPLACE FUNCTION pay.remove_rows(merchants bigint[], size int)
RETURNS int LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
DECLARE
    part regclass;
    n int;
BEGIN
    -- shared, since other merchants of the bucket write; pay.set_placement() waits all the same
    PERFORM pg_advisory_xact_lock_shared(7001, b.b)
       FROM (SELECT DISTINCT (u & 4095)::int AS b FROM unnest(merchants) AS u
              ORDER BY 1) AS b;

    IF EXISTS (SELECT FROM unnest(merchants) AS u
                WHERE pay.placement(u) <> 'away')
    THEN
        RAISE EXCEPTION 'a merchant whose rows are to be removed is not away'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;

    -- the merchant itself last: while it is there, something is left to remove
    FOR part IN SELECT coalesce(p.relid, ('pay.' || t.o_name)::regclass)
                  FROM pay.moved_tables() WITH ORDINALITY AS t (o_name, o_late, i)
                  LEFT JOIN pg_partition_tree(('pay.' || t.o_name)::regclass) AS p
                    ON true
                 WHERE p.isleaf IS NOT FALSE ORDER BY t.i DESC
    LOOP
        EXECUTE format('DELETE FROM ONLY %s WHERE ctid = ANY (ARRAY('
                       'SELECT ctid FROM ONLY %s WHERE merchant_id = ANY ($1) '
                       'LIMIT $2))', part, part) USING merchants, size;
        GET DIAGNOSTICS n = ROW_COUNT;

        IF n > 0 THEN
            RETURN n;
        END IF;
    END LOOP;

    RETURN 0;
END $$;
