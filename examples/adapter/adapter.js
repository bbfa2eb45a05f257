/*
 * From the protocol of docs/processors.md to an API like Stripe's
 * PaymentIntents.  It keeps nothing: the attempt's key is the API's
 * idempotency key, and stands in the metadata of what is made, where a
 * look-up finds it.
 */

import crypto from 'crypto';
import fs from 'fs';
import querystring from 'querystring';
import protocol from 'protocol.js';

/* seconds: a request that was signed earlier comes after its deadline */
const LATE = 40;

/* the API's codes whose names differ; others are ours, or generic_decline */
const CODES = {
    fraudulent: 'fraud_suspected',
    card_velocity_exceeded: 'limit_exceeded',
    withdrawal_count_limit_exceeded: 'limit_exceeded',
    payment_intent_authentication_failure: 'authentication_failed',
    amount_too_large: 'amount_not_supported',
    amount_too_small: 'amount_not_supported'
};

/* why a change was refused, where the API says only that it was */
const REFUSED = { capture: 'not_capturable', void: 'not_voidable',
                  refund: 'not_refundable' };

function declined(code, message) {
    return { verdict: 'declined',
             failure: { code: code, message: message || 'Declined.' } };
}

/* The API ------------------------------------------------------------------ */

/* an answer of the API, or null when the request's time is over */
async function call(r, request, method, path, members) {
    const text = querystring.stringify(members || {});
    const options = method == 'GET' ? { method: method, args: text }
                                    : { method: method, body: text };
    const reply = await Promise.race([
        r.subrequest(`/api${path}`, options),
        protocol.sleep(request.deadline - 100 - Date.now())
    ]);

    if (!reply) {
        return null;
    }

    try {
        return { status: reply.status, body: JSON.parse(reply.responseText) };

    } catch (e) {
        return { status: 502, body: {} };
    }
}

/* a body of the API as an answer of the protocol */
function money(verdict, found, amount) {
    return { verdict: verdict, reference: found.payment_intent || found.id,
             amount: amount, currency: found.currency.toUpperCase() };
}

/* what became of a PaymentIntent as an authorization */
function authorization(intent) {
    const charge = intent.latest_charge;
    const error = intent.last_payment_error;

    switch (charge ? 'charged' : intent.status) {

    case 'charged':
        const details = charge.payment_method_details;

        return Object.assign(money('approved', intent, intent.amount),
                             details ? { brand: details.card.brand,
                                         last4: details.card.last4 } : {});

    case 'processing':
        return { verdict: 'pending', reference: intent.id };

    case 'requires_action':
        const redirect = intent.next_action.redirect_to_url;

        return { verdict: 'action', reference: intent.id, action: {
                     type: 'redirect', url: redirect.url,
                     expires_at: new Date((intent.created + 3600) * 1000)
                                 .toISOString() } };

    case 'canceled':
        return declined('canceled', 'It was canceled.');

    default:
        return error ? failure(error, 'authorize')
                     : declined('generic_decline');
    }
}

function failure(error, operation) {
    const code = error.decline_code || error.code || '';

    if (code == 'resource_missing') {
        return declined(operation == 'authorize' ? 'invalid_token'
                                                 : 'unknown_reference',
                        error.message);
    }

    return declined(operation != 'authorize' ? REFUSED[operation]
                    : CODES[code] || code || 'generic_decline',
                    error.message);
}

/* Operations --------------------------------------------------------------- */

/* what the API is asked: a path and its members; only what never changes, */
/* since the API compares all of it when a key comes again */
const ASK = {
    authorize: (request) => ['/payment_intents', Object.assign({
        amount: request.amount, currency: request.currency.toLowerCase(),
        payment_method: request.token, confirm: 'true',
        capture_method: request.capture ? 'automatic' : 'manual',
        'metadata[attempt]': request.attempt,
        'metadata[payment]': request.payment,
        'expand[]': 'latest_charge'
    }, request.return_url ? { return_url: request.return_url }
                          : { error_on_requires_action: 'true' })],

    capture: (request) => [`/payment_intents/${request.reference}/capture`,
        { amount_to_capture: request.amount,
          'metadata[capture]': request.attempt }],

    void: (request) => [`/payment_intents/${request.reference}/cancel`, {}],

    refund: (request) => ['/refunds', Object.assign({
        payment_intent: request.reference, amount: request.amount,
        'metadata[attempt]': request.attempt
    }, request.reason ? { reason: request.reason } : {})]
};

function done(request, body) {
    switch (request.operation_asked) {
    case 'authorize':
        return authorization(body);
    case 'capture':
        return money('approved', body, body.amount_received);
    case 'void':
        return money('approved', body, body.amount);
    default:
        return refundAs(body);
    }
}

function refundAs(body) {
    return body.status == 'failed'
           ? declined('not_refundable', body.failure_reason)
           : money(body.status == 'pending' ? 'pending' : 'approved', body,
                   body.amount);
}

/* an answer of the API that is no success; 5xx means that the outcome is unknown */
function refused(r, request, status, error) {
    if (status == 429) {
        return protocol.refuse(r, 429, 'too_many_requests', 'by the API');
    }

    if (error.type == 'idempotency_error') {
        return protocol.refuse(r, 409, 'idempotency_key_reused',
                               'this key was used for something else');
    }

    if (status == 409) {
        return protocol.answer(r, 200, { verdict: 'pending' });
    }

    if (error.type == 'card_error' || (error.type == 'invalid_request_error'
        && (error.code || request.operation_asked != 'authorize')))
    {
        return protocol.answer(r, 200,
                               failure(error, request.operation_asked));
    }

    protocol.refuse(r, 502, 'api_error', `the API answered ${status}`);
}

async function execute(r, request) {
    const ask = ASK[request.operation_asked](request);
    const reply = await call(r, request, 'POST', ask[0], ask[1]);

    if (reply === null) {
        return protocol.refuse(r, 504, 'timeout', 'the API is slow');
    }

    if (reply.status != 200) {
        return refused(r, request, reply.status, reply.body.error || {});
    }

    protocol.answer(r, 200, done(request, reply.body));
}

/* Look-ups ----------------------------------------------------------------- */

/* the first of a list that has this, over all of its pages; null: no answer */
async function search(r, request, path, members, has) {
    for (;;) {
        const reply = await call(r, request, 'GET', path, members);

        if (reply === null || reply.status != 200) {
            return null;
        }

        const list = reply.body.data;
        const found = list.find(has);

        if (found || !reply.body.has_more) {
            return found || { missing: true };
        }

        members.starting_after = list[list.length - 1].id;
    }
}

async function intentOf(r, request) {
    const path = '/payment_intents';

    if (request.reference && request.operation != 'authorize') {
        const reply = await call(r, request, 'GET',
                                 `${path}/${request.reference}`);

        return reply && reply.status == 200 ? reply.body
               : reply && reply.status == 404 ? { missing: true } : null;
    }

    return search(r, request, path, {
        limit: 100, 'expand[]': 'data.latest_charge',
        'created[gte]': Math.floor(Date.parse(request.begun_at) / 1000) - 60
    }, (intent) => intent.metadata.attempt == request.attempt);
}

function refundOf(r, request) {
    return search(r, request, '/refunds',
                  { limit: 100, payment_intent: request.reference },
                  (refund) => refund.metadata.attempt == request.attempt);
}

/* whether what was found is this attempt, or says that it was executed */
const IS = {
    authorize: (request, intent) => true,
    capture: (request, intent) => intent.metadata.capture == request.attempt,
    void: (request, intent) => intent.status == 'canceled',
    refund: (request, refund) => true
};

async function lookUp(r, request) {
    /* continue asks only, so it never was executed */
    if (request.operation == 'continue') {
        return protocol.answer(r, 200, { verdict: 'not_found' });
    }

    const found = await (request.operation == 'refund' ? refundOf(r, request)
                                                       : intentOf(r, request));

    if (found === null) {
        return protocol.refuse(r, 504, 'timeout', 'the API does not answer');
    }

    if (found.missing || !IS[request.operation](request, found)) {
        return protocol.answer(r, 200, { verdict: 'not_found' });
    }

    request.operation_asked = request.operation;
    protocol.answer(r, 200, done(request, found));
}

/* the API knows by itself whether the customer approved */
async function goOn(r, request) {
    const reply = await call(r, request, 'GET',
                             `/payment_intents/${request.reference}`,
                             { 'expand[]': 'latest_charge' });

    if (reply === null || (reply.status != 200 && reply.status != 404)) {
        return protocol.refuse(r, 504, 'timeout', 'the API does not answer');
    }

    protocol.answer(r, 200, reply.status == 404 ? declined('unknown_reference')
                                                : authorization(reply.body));
}

async function operate(r) {
    const request = protocol.read(r);

    if (request === null) {
        return;
    }

    if (request.operation_asked == 'lookup') {
        return lookUp(r, request);
    }

    if (Date.now() / 1000 - request.signed > LATE) {
        r.headersOut['Payments-Executed'] = 'no';
        return protocol.refuse(r, 503, 'too_late', 'after its deadline');
    }

    return request.operation_asked == 'continue' ? goOn(r, request)
                                                 : execute(r, request);
}

/* Notifications ------------------------------------------------------------ */

/* the API signs "t.body", in hexadecimal, with a secret of its own */
function isFromApi(r) {
    const header = r.headersIn['Stripe-Signature'] || '';
    const time = (/(?:^|,)t=([0-9]{1,12})/.exec(header) || [])[1];
    const key = fs.readFileSync(`${r.variables.document_root}/api_secret`,
                                'utf8').split('\n')[0];

    if (!time || Math.abs(Date.now() / 1000 - Number(time)) > 300) {
        return false;
    }

    const wanted = 'v1=' + crypto.createHmac('sha256', key)
                                 .update(`${time}.${r.requestText || ''}`)
                                 .digest('hex');

    return header.split(',').some((part) => protocol.equal(wanted, part));
}

function chargeback(type, dispute) {
    return [type, { chargeback: dispute.id, reference: dispute.payment_intent,
                    amount: dispute.amount, reason: dispute.reason,
                    currency: dispute.currency.toUpperCase() }];
}

function result(found, answer) {
    return [answer.verdict == 'action' ? null : 'result',
            Object.assign({ attempt: found.metadata.attempt }, answer)];
}

/* the API's event as a type and data of the protocol; null: not for us */
function meaning(event) {
    const found = event.data.object;

    switch (found.object) {

    case 'payment_intent':
        return result(found, authorization(found));

    case 'refund':
        return result(found, refundAs(found));

    case 'dispute':
        return chargeback(event.type == 'charge.dispute.created' ? 'chargeback'
                          : found.status == 'won' ? 'chargeback_reversed'
                          : found.status == 'lost' ? 'chargeback_lost' : null,
                          found);

    default:
        return [null];
    }
}

/* the API sends an event again until it gets a 2xx, so that is the module's */
async function hear(r) {
    if (!isFromApi(r)) {
        return protocol.refuse(r, 401, 'invalid_signature', 'not by the API');
    }

    const event = JSON.parse(r.requestText);
    const said = meaning(event);

    if (said[0] === null) {
        return r.return(204);
    }

    const body = JSON.stringify({
        type: said[0], data: said[1],
        timestamp: new Date(event.created * 1000).toISOString()
    });
    const timestamp = Math.floor(Date.now() / 1000);

    r.variables.webhook_id = event.id;
    r.variables.webhook_timestamp = timestamp;
    r.variables.webhook_signature = protocol.sign(protocol.secret(r), event.id,
                                                  timestamp, body);

    const reply = await r.subrequest('/notify', { method: 'POST', body: body });

    r.return(reply.status);
}

export default { operate, hear, failed: protocol.failed };
