-- An attempt is what an acquirer is asked once, under a key of its own.  Its text is
-- made by the module: a line of words,
--   action processor attempt merchant at delay node
-- with one space between them, and behind the line the body of the client's request.
-- To what changes a payment SQL adds, when it is begun,
--   reference amount currency exponent final payment
-- and, where it is to go on after an action, the attempt that was answered with that.
-- SQL reads some of the words and keeps the rest.

-- In: the text of an attempt.  Out: its action, its processor, its key; the node that
-- began it, which is another one once it is started again.
CREATE OR REPLACE FUNCTION pay.attempt_action(args text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT split_part(args, ' ', 1) $$;

CREATE OR REPLACE FUNCTION pay.attempt_processor(args text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT split_part(args, ' ', 2) $$;

CREATE OR REPLACE FUNCTION pay.attempt_key(args text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT split_part(args, ' ', 3) $$;

CREATE OR REPLACE FUNCTION pay.attempt_node(args text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT split_part(split_part(args, E'\n', 1), ' ', 7)
$$;

-- In: likewise.  Out: the body of the client's request.
CREATE OR REPLACE FUNCTION pay.attempt_body(args text) RETURNS json
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT substr(args, strpos(args, E'\n') + 1)::json
$$;

-- In: a payment of an acquirer, the text of an attempt to change it, and its amount.
-- Out: the text with what the acquirer has to know.
CREATE OR REPLACE FUNCTION pay.attempt_of(p pay.payments, args text,
    amount bigint, final boolean) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', pay.attempt_action(args), p.processor,
                     split_part(l.line, ' ', 3), split_part(l.line, ' ', 4),
                     split_part(l.line, ' ', 5), split_part(l.line, ' ', 6),
                     split_part(l.line, ' ', 7),
                     coalesce(p.processor_reference, '-'), amount, p.currency,
                     substring(p.head FROM '"exponent":([0-9])'), final,
                     pay.id_text('pay_', p.payment_id),
                     CASE pay.attempt_action(args) WHEN 'continue'
                          THEN coalesce(p.action_attempt, '-') END)
        || substr(args, length(l.line) + 1)
      FROM (SELECT split_part(args, E'\n', 1) AS line) l
$$;

-- An acquirer is asked later, by a follow-up: an outbox.  In: the payment; void or
-- refund; what its key is made from; minor units; whether nothing is left then; the
-- payment, or the refund; the request that wanted it, or NULL.
CREATE OR REPLACE FUNCTION pay.send_later(p pay.payments, action text,
    attempt uuid, amount bigint, final boolean, object uuid, request uuid)
RETURNS void LANGUAGE sql VOLATILE SET search_path = pay, pg_temp AS $$
    INSERT INTO pay.followups (merchant_id, attempt, livemode, key_hash,
           request_id, request, object_id, begun_at, args, due)
    SELECT p.merchant_id, k.key, p.livemode, attempt,
           coalesce(request, attempt), action, object, now(),
           pay.attempt_of(p, concat_ws(' ', action, '-', k.key,
               substring(p.head FROM '"merchant_id":"(mer_[0-9A-Z]{26})"'),
               (extract(epoch FROM now()) * 1000000)::bigint, 0, 0)
               || E'\n{}', amount, final), now()
      FROM (SELECT pay.id_text('att_', attempt) AS key) k
$$;

-- What a refund's key is made from.  In: whose it is; key and fingerprint of the request;
-- the caller's clock; how long a key is remembered.  Out: the same for a retry, even where
-- a failover has lost the refund that the acquirer has given; another one for a request
-- whose key was forgotten.
CREATE OR REPLACE FUNCTION pay.refund_attempt(merchant bigint, key_hash uuid,
    fingerprint bytea, at timestamptz, ttl interval) RETURNS uuid
LANGUAGE sql STABLE AS $$
    SELECT encode(substr(sha256(int8send(merchant) || uuid_send(key_hash)
               || fingerprint
               || int8send(floor(extract(epoch FROM at)
                                 / extract(epoch FROM ttl))::bigint)),
               1, 16), 'hex')::uuid
$$;

-- Asks an acquirer to capture what is left of an authorization that ends now.  In: the
-- payment, locked by the caller.
CREATE OR REPLACE FUNCTION pay.capture_later(p pay.payments) RETURNS void
LANGUAGE plpgsql SET search_path = pay, pg_temp AS $$
DECLARE
    attempt constant uuid := pay.uuid7();
BEGIN
    PERFORM pay.send_later(p, 'capture', attempt, p.amount_authorized
                           - p.amount_captured - p.amount_canceled, true,
                           p.payment_id, NULL);
    UPDATE pay.payments e SET operation = pay.id_text('att_', attempt)
     WHERE e.merchant_id = p.merchant_id AND e.payment_id = p.payment_id;
END $$;

-- How old a begun attempt is when its worker is taken for dead: the worker of a living
-- one has answered its client by then, and written that down.
CREATE OR REPLACE FUNCTION pay.attempt_patience() RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT interval '12 seconds' $$;

-- Whether a begun row of the journal has no end yet.  In: the row.
CREATE OR REPLACE FUNCTION pay.attempt_is_open(j pay.journal) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM pay.journal e
                        WHERE e.merchant_id = j.merchant_id
                          AND e.key_hash = j.key_hash AND e.day >= j.day
                          AND (e.day, e.generation) > (j.day, j.generation))
$$;
