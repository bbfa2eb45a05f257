-- API keys and merchants as objects of the API.
CREATE UNIQUE INDEX api_keys_id ON pay.api_keys (merchant_id, key_id);
CREATE UNIQUE INDEX merchants_public_id ON pay.merchants (public_id);

-- The number before the bucket; what was made by hand stays below.
CREATE SEQUENCE pay.merchant_sequence MAXVALUE 2251799813685247;

SELECT setval('pay.merchant_sequence',
              greatest(1000, (SELECT max(merchant_id >> 12) FROM pay.merchants)));
