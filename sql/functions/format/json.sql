-- In: a time.  Out: RFC 3339, UTC, six fractional digits, in quotes; NULL
-- gives the token null.
CREATE OR REPLACE FUNCTION pay.json_time(t timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(to_char(t AT TIME ZONE 'UTC',
                            E'\\"YYYY-MM-DD"T"HH24:MI:SS.US"Z"\\"'), 'null')
$$;

-- In: a text.  Out: a JSON string; NULL gives the token null.
CREATE OR REPLACE FUNCTION pay.json_text(t text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN t IS NULL THEN 'null' ELSE to_json(t)::text END
$$;
