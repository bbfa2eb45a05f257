-- For an operator: this database was put back to an earlier state.  What nginx keeps in
-- memory and in Redis belonged to a past that is gone: pay.database() gives another
-- number from now on.  In: what for, or NULL.  Out: when.
CREATE OR REPLACE FUNCTION pay.restored(note text) RETURNS timestamptz
LANGUAGE sql SET search_path = pay, pg_temp AS $$
    INSERT INTO pay.restores (restore_id, note)
    VALUES (gen_random_uuid(), note) RETURNING restored_at
$$;
