/*
 * As much of an API like Stripe's PaymentIntents as the adapter needs, for
 * tests: the test cards of the example acquirer, and idempotency keys as that
 * API has them.
 */

import crypto from 'crypto';
import querystring from 'querystring';
import books from 'books.js';
import cards from 'cards.js';

function answer(r, status, body) {
    r.headersOut['Content-Type'] = 'application/json';
    r.return(status, JSON.stringify(body));
}

/* [status, body] of an error */
function error(status, type, code, message, more) {
    return [status, { error: Object.assign({ type: type, code: code,
                                             message: message }, more) }];
}

function invalid(code, message) {
    return error(code == 'resource_missing' ? 404 : 400,
                 'invalid_request_error', code, message);
}

function made(prefix, seed) {
    return prefix + crypto.createHash('sha256').update(seed).digest('hex')
                          .slice(0, 24);
}

/* a PaymentIntent as it is at this moment */
function now(intent) {
    if (intent.status == 'processing' && intent.ready <= Date.now()) {
        intent.status = intent.then;
    }

    const charged = ['requires_capture', 'succeeded'].some(
                        (status) => status == intent.status)
                    || intent.charged;

    return Object.assign({}, intent, { latest_charge: charged ? {
        payment_method_details: { card: { brand: intent.brand,
                                          last4: intent.last4 } } } : null });
}

function create(r, form) {
    const card = cards.find(form.payment_method);
    const amount = Number(form.amount);
    const paid = form.capture_method == 'automatic' ? 'succeeded'
                                                    : 'requires_capture';

    if (!card) {
        return invalid('resource_missing', 'No such PaymentMethod');
    }

    if (amount > 99999999 || amount < 50) {
        return invalid(amount < 50 ? 'amount_too_small' : 'amount_too_large',
                       'Amount out of range');
    }

    const asks = card.action && !form.error_on_requires_action;
    const code = card.action && !asks ? 'authentication_required' : card.code;
    const intent = {
        id: made('pi_', `${form['metadata[attempt]']} ${Math.random()}`),
        object: 'payment_intent', created: Math.floor(Date.now() / 1000),
        order: Date.now(), amount: amount, currency: form.currency,
        amount_received: paid == 'succeeded' && !code && !asks ? amount : 0,
        canceled: 0, refunded: 0, brand: card.brand, last4: card.last4,
        status: code ? 'requires_payment_method' : asks ? 'requires_action'
                : card.pending ? 'processing' : paid,
        then: paid, ready: Date.now() + (card.later || 0),
        next_action: asks ? { type: 'redirect_to_url', redirect_to_url: {
            url: 'https://bank.example/', return_url: form.return_url } }
            : null,
        last_payment_error: code ? { type: 'card_error', code: 'card_declined',
            decline_code: code, message: card.message || 'Declined.' } : null,
        metadata: { attempt: form['metadata[attempt]'],
                    payment: form['metadata[payment]'] }
    };

    books.write(r, intent.id, intent);

    return code ? [402, { error: intent.last_payment_error }]
                : [200, now(intent)];
}

function capture(r, form, intent) {
    const amount = Number(form.amount_to_capture);

    if (intent.status != 'requires_capture') {
        return invalid('payment_intent_unexpected_state', intent.status);
    }

    if (amount > intent.amount) {
        return invalid('amount_too_large', 'More than is capturable');
    }

    intent.status = 'succeeded';
    intent.amount_received = amount;
    intent.canceled = intent.amount - amount;
    intent.metadata.capture = form['metadata[capture]'];
    books.write(r, intent.id, intent);

    return [200, now(intent)];
}

function cancel(r, form, intent) {
    if (intent.status == 'succeeded' || intent.status == 'canceled') {
        return invalid('payment_intent_unexpected_state', intent.status);
    }

    intent.charged = intent.status == 'requires_capture';
    intent.canceled = intent.amount;
    intent.status = 'canceled';
    books.write(r, intent.id, intent);

    return [200, now(intent)];
}

function refund(r, form) {
    const intent = books.read(r, form.payment_intent);
    const amount = Number(form.amount);

    if (!intent) {
        return invalid('resource_missing', 'No such PaymentIntent');
    }

    if (amount > intent.amount_received - intent.refunded) {
        return invalid('charge_already_refunded', 'More than is left');
    }

    const made_ = {
        id: made('re_', form['metadata[attempt]']), object: 'refund',
        created: Math.floor(Date.now() / 1000), order: Date.now(),
        amount: amount, currency: intent.currency, status: 'succeeded',
        payment_intent: intent.id,
        metadata: { attempt: form['metadata[attempt]'] }
    };

    intent.refunded += amount;
    books.write(r, intent.id, intent);
    books.write(r, made_.id, made_);

    return [200, made_];
}

/* [status, body] of a POST */
function change(r, path, form) {
    if (path[0] == 'refunds') {
        return refund(r, form);
    }

    if (path.length == 1) {
        return create(r, form);
    }

    const intent = books.read(r, path[1]);

    return !intent ? invalid('resource_missing', 'No such PaymentIntent')
           : (path[2] == 'capture' ? capture : cancel)(r, form, now(intent));
}

/* newest first, by pages */
function list(r, prefix) {
    const args = r.args;
    const limit = Number(args.limit || 10);
    const all = books.all(r, prefix)
                     .sort((a, b) => b.order - a.order
                                     || (a.id < b.id ? 1 : -1))
                     .filter((o) => o.created >= Number(args['created[gte]']
                                                        || 0)
                                    && (!args.payment_intent
                                        || o.payment_intent
                                           == args.payment_intent));
    const from = all.findIndex((o) => o.id == args.starting_after) + 1;

    return [200, { object: 'list', has_more: all.length > from + limit,
                   data: all.slice(from, from + limit)
                            .map((o) => prefix == 'pi_' ? now(o) : o) }];
}

function read(r, path) {
    const found = path[1] && books.read(r, path[1]);

    return path.length == 1 ? list(r, path[0] == 'refunds' ? 're_' : 'pi_')
           : found ? [200, now(found)]
           : invalid('resource_missing', 'No such PaymentIntent');
}

/* the first answer under a key is the answer for ever */
function once(r, path, form) {
    const name = made('key_', r.headersIn['Idempotency-Key'] || '');
    const content = `${r.uri} ${r.requestText}`;
    const found = books.read(r, name);

    if (found && found.content != content) {
        return error(400, 'idempotency_error', undefined, 'Other parameters');
    }

    if (found) {
        return found.until > Date.now()
               ? error(409, 'idempotency_error_in_use',
                       'idempotency_key_in_use', 'Under way') : found.answer;
    }

    const result = change(r, path, form);
    const card = cards.find(form.payment_method || '');
    const wait = card && !card.pending && card.later || 0;

    books.write(r, name, { content: content, answer: result,
                           until: Date.now() + wait });
    result.push(wait);

    return result;
}

async function serve(r) {
    const path = r.uri.slice('/v1/'.length).split('/');
    const result = r.method == 'POST'
                   ? once(r, path, querystring.parse(r.requestText || ''))
                   : read(r, path);

    if (result[2]) {
        await new Promise((ready) => setTimeout(ready, result[2]));
    }

    answer(r, result[0], result[1]);
}

/* GET /books, in the form of the conformance test */
function show(r) {
    answer(r, 200, { charges: books.all(r, 'pi_').map(now)
        .filter((intent) => intent.latest_charge
                            && (!r.args.payment
                                || intent.metadata.payment == r.args.payment))
        .map((intent) => ({ attempt: intent.metadata.attempt,
            payment: intent.metadata.payment, authorized: intent.amount,
            currency: intent.currency.toUpperCase(),
            captured: intent.amount_received, voided: intent.canceled,
            refunded: intent.refunded })) });
}

export default { serve, show };
