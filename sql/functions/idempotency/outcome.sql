-- What has become of a request that has an Idempotency-Key: the one table of it, in
-- which each number has one meaning.  The module has the same (NGX_PAYMENTS_SQL_ in
-- ngx_payments_idempotency.h); tools/lint compares the two.
--
--   executed    now, by this call
--   replayed    the key was used with this request: how that ended
--   in_use      a transaction under way has the key
--   reused      the key was used with another request: which one
--   busy        a transaction under way has what the request is about: a payment, a
--               reference, another key
--   unused      the key has not been used; of who asks without using it
--   stale       the object has another version than the request wants: which one
--   invalid     something in the request is not valid: what, as of pay.violation()
--   escalation  an API key would get a scope that the caller lacks
--   canceled    the key was canceled before it was used: what refuses it
--   scope       the caller lacks a scope: which one
--   begun       the key was used with this request, whose acquirer is being asked
--   resume      likewise, and whoever asked has died: this caller is to ask
--   undone      the acquirer surely did nothing: the key is free again
--
-- In: one of these words.  Out: its number.  The planner makes a constant of it.
CREATE OR REPLACE FUNCTION pay.outcome(name text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (CASE name WHEN 'executed' THEN 0
                      WHEN 'replayed' THEN 1
                      WHEN 'in_use' THEN 2
                      WHEN 'reused' THEN 3
                      WHEN 'busy' THEN 5
                      WHEN 'unused' THEN 6
                      WHEN 'stale' THEN 7
                      WHEN 'invalid' THEN 8
                      WHEN 'escalation' THEN 9
                      WHEN 'canceled' THEN 10
                      WHEN 'scope' THEN 11
                      WHEN 'begun' THEN 12
                      WHEN 'resume' THEN 13
                      WHEN 'undone' THEN 14 END)::smallint
$$;
