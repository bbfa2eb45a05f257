-- In: an object as it was and as it is, JSON.  Out: the members that differ, as
-- they were, a JSON object.  In plpgsql, as is every function here that is more than
-- an expression and is called from one: its plan is kept, that of one in SQL is made
-- in each transaction.
CREATE OR REPLACE FUNCTION pay.previous_attributes(before text, after text)
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN (
        SELECT '{' || coalesce(string_agg(to_json(b.key)::text || ':'
                                          || b.value::text, ',' ORDER BY b.n), '')
                   || '}'
          FROM json_each(before::json) WITH ORDINALITY AS b (key, value, n)
          JOIN json_each(after::json) AS a USING (key)
         WHERE a.value::text <> b.value::text);
END $$;
