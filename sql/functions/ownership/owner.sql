-- Whether a merchant is this shard's: the ownership check.  A write holds a shared lock of its
-- merchant's bucket until it ends, and looks then; a move holds the lock alone while
-- it says that the merchant is gone.  So nothing is written here for a merchant that
-- has gone, whatever old map a node goes by.

-- In: a merchant, the row of pay.ownership, and whether this is a replica, which
-- must not answer for what may be about to leave.  Out: whether it is here.
CREATE OR REPLACE FUNCTION pay.owns_merchant(merchant bigint, o pay.ownership,
    replica boolean) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT CASE WHEN o.exceptions THEN
               coalesce((SELECT p.state = 'here'
                                OR p.state = 'leaving' AND NOT replica
                           FROM pay.placements p
                          WHERE p.subject IN (merchant, merchant & 4095)
                          ORDER BY p.subject DESC LIMIT 1),
                        get_bit(o.buckets, (merchant & 4095)::int) = 1)
           ELSE get_bit(o.buckets, (merchant & 4095)::int) = 1 END
$$;

-- Of a read.  In: merchants.  Out: true; on a replica false where one of them is
-- not here, or may be about to leave.  Errors: PM001, one of them is not here.
-- STABLE: as the statement that asks sees it, whose rows are not older.
CREATE OR REPLACE FUNCTION pay.owns_merchants(merchant bigint[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pay, pg_temp AS $$
DECLARE
    o pay.ownership;
    replica constant boolean := pg_is_in_recovery();
    m bigint;
BEGIN
    SELECT * INTO STRICT o FROM pay.ownership;

    FOREACH m IN ARRAY merchant LOOP
        IF (CASE WHEN o.exceptions THEN NOT pay.owns_merchant(m, o, replica)
                 ELSE get_bit(o.buckets, (m & 4095)::int) = 0 END)
        THEN
            IF replica THEN
                RETURN false;
            END IF;

            RAISE EXCEPTION 'a merchant is not in this shard'
                USING ERRCODE = 'PM001';
        END IF;
    END LOOP;

    RETURN true;
END $$;

-- Of a write, before anything else.  In: merchants.  Errors: PM001, one of them
-- is not here.  Waits while one is taken away, for lock_timeout at most.
-- VOLATILE: looks with a snapshot that is newer than its locks.
CREATE OR REPLACE FUNCTION pay.lock_and_check_owner(merchant bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pay, pg_temp AS $$
DECLARE
    o pay.ownership;
    m bigint;
BEGIN
    IF merchant[1] = ALL (merchant) THEN

        -- mostly: an expression costs less than a statement, and the lock is
        -- all that is wanted of it
        merchant := merchant[1:1];

        IF pg_advisory_xact_lock_shared(7001, (merchant[1] & 4095)::int)
           IS NULL
        THEN
            NULL;
        END IF;

    ELSE
        PERFORM pg_advisory_xact_lock_shared(7001, b.b)
           FROM (SELECT DISTINCT (u & 4095)::int AS b FROM unnest(merchant) AS u
                  ORDER BY 1) AS b;
    END IF;

    SELECT * INTO STRICT o FROM pay.ownership;

    FOREACH m IN ARRAY merchant LOOP
        IF (CASE WHEN o.exceptions THEN NOT pay.owns_merchant(m, o, false)
                 ELSE get_bit(o.buckets, (m & 4095)::int) = 0 END)
        THEN
            RAISE EXCEPTION 'a merchant is not in this shard'
                USING ERRCODE = 'PM001';
        END IF;
    END LOOP;
END $$;

-- Of the background: as above for one merchant, but waits for nothing.
-- Out: false: not here, or not now.  Two statements: the second has a snapshot
-- that is newer than the lock.
CREATE OR REPLACE FUNCTION pay.try_lock_and_check_owner(merchant bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pay, pg_temp AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock_shared(7001, (merchant & 4095)::int) THEN
        RETURN false;
    END IF;

    RETURN (SELECT pay.owns_merchant(merchant, o, false) FROM pay.ownership o);
END $$;

-- For administrators.  In: a merchant.  Out: whether this shard shows it: it is
-- here, or was, and another shard does not have it yet.
CREATE OR REPLACE FUNCTION pay.shows_merchant(merchant bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pay, pg_temp AS $$
    SELECT pay.owns_merchant(merchant, o, false)
           OR o.exceptions
              AND 'frozen' = (SELECT p.state FROM pay.placements p
                               WHERE p.subject IN (merchant, merchant & 4095)
                               ORDER BY p.subject DESC LIMIT 1)
      FROM pay.ownership o
$$;
