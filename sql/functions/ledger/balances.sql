-- In: tag, merchant, mode and currency (NULL: all that the merchant has) of
-- each request.  Out: tag; the balances as JSON, separated by commas: exact for
-- the snapshot of this call.
CREATE OR REPLACE FUNCTION pay.get_balances(item uuid[], merchant bigint[],
    livemode boolean[], currency text[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET plan_cache_mode = force_generic_plan SET lock_timeout = '500ms' AS $$
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
             FROM (SELECT a.o_currency AS currency,
                          coalesce(sum(a.o_credits - a.o_debits)
                              FILTER (WHERE a.o_account
                                  = pay.account('merchant_available')), 0) AS available,
                          coalesce(sum(a.o_credits - a.o_debits)
                              FILTER (WHERE a.o_account
                                  = pay.account('merchant_pending')), 0) AS pending,
                          coalesce(sum(a.o_credits - a.o_debits)
                              FILTER (WHERE a.o_account
                                  = pay.account('merchant_reserved')), 0) AS reserved
                     FROM pay.accounts_of(u.m, u.l) a
                    WHERE u.c IS NULL OR a.o_currency = u.c
                    GROUP BY a.o_currency) s) b ON true;
END $$;

-- In: tag, merchant and mode of each request.  Out: tag; debits and credits
-- of each currency as JSON, from one snapshot.
CREATE OR REPLACE FUNCTION pay.trial_balance(item uuid[], merchant bigint[],
    livemode boolean[], unused uuid[])
RETURNS TABLE (o_item uuid, o_version int, o_body text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pay, pg_temp
SET plan_cache_mode = force_generic_plan SET lock_timeout = '500ms' AS $$
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
             FROM (SELECT a.o_currency AS currency, sum(a.o_debits) AS debits,
                          sum(a.o_credits) AS credits
                     FROM pay.accounts_of(u.m, u.l) a
                    GROUP BY a.o_currency) s) b ON true;
END $$;
