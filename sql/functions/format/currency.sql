-- In: an ISO 4217 code.  Out: the digits of its minor unit, as the module's
-- table has them; a test holds the two together.
CREATE OR REPLACE FUNCTION pay.exponent(currency text) RETURNS smallint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY',
                    'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV',
                    'XAF', 'XOF', 'XPF') THEN 0
                WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR',
                    'TND') THEN 3
                WHEN currency IN ('CLF', 'UYW') THEN 4 ELSE 2 END::smallint
$$;
