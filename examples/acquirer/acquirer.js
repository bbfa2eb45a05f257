/*
 * A small acquirer that speaks the protocol of docs/processors.md: the entry
 * points that nginx.conf names are in its last line.
 *
 * An attempt is decided when it arrives, without waiting, and written down
 * with the time from which its result is known.  Whoever asks for it before
 * that time, by the same request again or by a look-up, hears "pending".
 */

import crypto from 'crypto';
import books from 'books.js';
import cards from 'cards.js';
import protocol from 'protocol.js';

/* two requests with one key are the same if these members are */
const CONTENT = ['amount', 'currency', 'token', 'reference', 'capture',
                 'final', 'authorization', 'return_data'];

function content(request) {
    return JSON.stringify([request.operation_asked].concat(
        CONTENT.map((name) => request[name])));
}

/* what the acquirer calls a charge: one for each attempt to authorize */
function referenceOf(attempt) {
    return 'ch_' + crypto.createHash('sha256').update(attempt).digest('hex')
                         .slice(0, 32);
}

/* Money ------------------------------------------------------------------ */

/* the charge of an attempt that has been approved, or may be; none if not */
function charge(r, attempt) {
    const waits = attempt.verdict == 'action';
    const captured = attempt.capture && !waits ? attempt.amount : 0;

    books.write(r, attempt.reference, {
        reference: attempt.reference, attempt: attempt.attempt,
        payment: attempt.payment, token: attempt.token, at: attempt.ready,
        waits: waits, currency: attempt.currency,
        authorized: waits ? 0 : attempt.amount, captured: captured,
        voided: 0, refunded: 0, reversed: 0, captures: captured ? 1 : 0
    });
}

/* what can be done with a charge, and what is left for it */
const MOVES = {
    capture: { left: (c) => c.authorized - c.captured - c.voided,
               code: 'not_capturable' },
    void: { left: (c) => c.authorized - c.captured - c.voided,
            code: 'not_voidable' },
    refund: { left: (c) => c.captured - c.reversed - c.refunded,
              code: 'not_refundable' }
};

/* why a charge cannot be moved so, or null */
function refusal(found, request) {
    const move = MOVES[request.operation_asked];

    if (found === null || found.waits || found.at > Date.now()) {
        return { code: 'unknown_reference', message: 'No such charge.' };
    }

    if (found.currency != request.currency
        || request.amount > move.left(found))
    {
        return { code: move.code,
                 message: `${move.left(found)} ${found.currency} are left.` };
    }

    return null;
}

function move(r, found, request) {
    switch (request.operation_asked) {

    case 'capture':
        found.captured += request.amount;
        found.captures++;
        if (request.final) {
            found.voided = found.authorized - found.captured;
        }
        break;

    case 'void':
        found.voided += request.amount;
        break;

    case 'refund':
        found.refunded += request.amount;
    }

    books.write(r, found.reference, found);
}

/* Attempts --------------------------------------------------------------- */

/* an attempt as it is kept; card: what becomes of it */
function attemptOf(request, card) {
    return {
        attempt: request.attempt, operation: request.operation_asked,
        content: content(request), payment: request.payment,
        amount: request.amount - (card.less || 0),
        currency: request.currency, token: request.token,
        reference: request.reference, capture: request.capture,
        verdict: card.code ? 'declined' : 'approved',
        failure: card.code ? { code: card.code, message: card.message }
                           : null,
        pending: card.pending, deaf: card.deaf, first: card.first,
        brand: card.brand, last4: card.last4,
        return_url: request.return_url,
        ready: Date.now() + (card.later || 0)
    };
}

function authorize(r, request) {
    const card = cards.find(request.token)
                 || { code: 'invalid_token', message: 'No such token.' };
    const attempt = attemptOf(request, card);

    attempt.reference = referenceOf(request.attempt);

    if (card.action && !request.return_url) {
        attempt.verdict = 'declined';
        attempt.failure = { code: 'authentication_required',
                            message: 'The customer has to be asked.' };

    } else if (card.action) {
        attempt.verdict = 'action';
        attempt.action = {
            type: 'redirect', url: `${r.variables.self}/3ds/${request.attempt}`,
            expires_at: new Date(Date.now() + card.action).toISOString()
        };
    }

    if (attempt.verdict != 'declined') {
        charge(r, attempt);
    }

    return attempt;
}

/* a void of what the customer has not decided yet */
function giveUp(r, request, found) {
    const attempt = books.read(r, found.attempt);

    finish(r, attempt, { code: 'canceled', message: 'It was canceled.' });

    return attemptOf(request, {});
}

/* capture, void, refund */
function change(r, request) {
    const found = books.read(r, request.reference);

    if (found && found.waits && request.operation_asked == 'void') {
        return giveUp(r, request, found);
    }

    const card = found && cards.find(found.token);
    const why = refusal(found, request);
    const attempt = attemptOf(request,
                      why || card[request.operation_asked] || {});

    if (attempt.verdict == 'approved') {
        move(r, found, request);
    }

    if (attempt.verdict == 'approved' && attempt.operation == 'capture') {
        attempt.reversed = card.reversed;
        attempt.chargeback = card.chargeback;
    }

    return attempt;
}

/* the end of an action; failure: why it was declined, or null */
function finish(r, attempt, failure) {
    if (attempt.verdict != 'action') {
        return;
    }

    attempt.verdict = failure ? 'declined' : 'approved';
    attempt.failure = failure;
    attempt.action = null;
    attempt.ready = Date.now();

    if (failure) {
        books.remove(r, attempt.reference);

    } else {
        charge(r, attempt);
    }

    books.write(r, attempt.attempt, attempt);
}

/* an attempt by its key, as it is now: an action may have expired; or null */
function find(r, key) {
    const attempt = books.read(r, key);

    if (!attempt || !attempt.operation) {
        return null;
    }

    if (attempt.action && Date.parse(attempt.action.expires_at) <= Date.now()) {
        decide(r, attempt, 'nothing');
    }

    return attempt;
}

/* the customer's decision, from the page or from the data of continue */
function decide(r, attempt, outcome) {
    finish(r, attempt, outcome == 'approved' ? null
           : { code: 'authentication_failed',
               message: 'The customer was not recognised.' });
}

/* answers with the result of the authorization that it continues */
function goOn(r, request) {
    const found = find(r, request.authorization);

    if (!found || found.reference != request.reference) {
        return attemptOf(request, { code: 'unknown_reference',
                                    message: 'No such attempt.' });
    }

    decide(r, found, request.return_data);

    return Object.assign({}, found, { attempt: request.attempt,
                                      operation: request.operation_asked,
                                      content: content(request) });
}

/* what an attempt is answered with at this moment */
function verdict(attempt) {
    if (attempt.ready > Date.now()) {
        return { verdict: 'pending', reference: attempt.reference };
    }

    return {
        verdict: attempt.verdict, reference: attempt.reference,
        amount: attempt.amount, currency: attempt.currency, fee: null,
        brand: attempt.brand, last4: attempt.last4, expires_at: null,
        failure: attempt.failure, action: attempt.action || null
    };
}

/* Requests --------------------------------------------------------------- */

/*
 * A look-up that finds nothing is remembered: a request that was signed
 * before it, and comes late, is not executed any more.
 */
function lookUp(r, request) {
    const attempt = find(r, request.attempt);

    if (attempt) {
        return verdict(attempt);
    }

    books.write(r, request.attempt, { missed: request.signed });

    return { verdict: 'not_found' };
}

function execute(r, request) {
    switch (request.operation_asked) {
    case 'authorize':
        return authorize(r, request);
    case 'continue':
        return goOn(r, request);
    default:
        return change(r, request);
    }
}

/*
 * The attempt of a request: the one that has its key, or a new one.  Nothing
 * in here may wait: see books.js.
 */
function attemptFor(r, request) {
    const found = find(r, request.attempt);

    if (found) {
        found.again = true;
        return found;
    }

    const miss = books.read(r, request.attempt);

    if (miss && request.signed < miss.missed) {
        return { late: true };
    }

    const attempt = execute(r, request);

    books.write(r, attempt.attempt, attempt);

    return attempt;
}

/* nothing is done, and nothing kept: the same key may come again */
function refusesAll(r, request) {
    const card = request.operation_asked == 'authorize'
                 && cards.find(request.token);

    switch (card ? card.answers : null) {

    case '429':
        r.headersOut['Retry-After'] = '1';
        protocol.refuse(r, 429, 'too_many_requests', 'slower, please');
        return true;

    case '503':
        r.headersOut['Payments-Executed'] = 'no';
        protocol.refuse(r, 503, 'unavailable', 'nothing was done');
        return true;

    default:
        return false;
    }
}

async function operate(r) {
    const request = protocol.read(r);

    if (request === null || refusesAll(r, request)) {
        return;
    }

    if (request.operation_asked == 'lookup') {
        return protocol.answer(r, 200, lookUp(r, request));
    }

    const attempt = attemptFor(r, request);

    if (attempt.late) {
        return protocol.answer(r, 200, { verdict: 'not_executed' });
    }

    if (attempt.content != content(request)) {
        return protocol.refuse(r, 409, 'idempotency_key_reused',
                               'this key was used for something else');
    }

    if (!attempt.again && (attempt.pending || attempt.reversed
                           || attempt.chargeback))
    {
        return r.internalRedirect('@later');
    }

    if (attempt.first && !attempt.again) {
        return attempt.first == 'close' ? r.return(444)
               : protocol.refuse(r, 500, 'internal_error', 'no answer today');
    }

    if (!attempt.pending) {
        await protocol.sleep(attempt.deaf ? 60000
                : Math.min(attempt.ready, request.deadline - 50) - Date.now());
    }

    protocol.answer(r, 200, verdict(attempt));
}

/* Notifications ---------------------------------------------------------- */

function result(attempt) {
    const data = verdict(attempt);

    delete data.action;
    data.attempt = attempt.attempt;

    return { type: 'result', timestamp: new Date().toISOString(),
             data: data };
}

function about(type, attempt, more) {
    return { type: type, timestamp: new Date().toISOString(),
             data: Object.assign({ attempt: attempt.attempt,
                                   reference: attempt.reference,
                                   amount: attempt.amount,
                                   currency: attempt.currency }, more) };
}

/* what is to be said now; a reversal is entered into the books first */
function message(r, what, attempt) {
    switch (what) {

    case 'capture_reversed':
        const found = books.read(r, attempt.reference);

        found.reversed += attempt.amount;
        books.write(r, found.reference, found);

        return about(what, attempt, { reason: 'The bank took it back.' });

    case 'chargeback':
        return about(what, attempt,
                     { chargeback: attempt.reference.replace('ch_', 'cb_'),
                       reason: 'The customer does not know this payment.' });

    default:
        return result(attempt);
    }
}

/* once a second, for five minutes; the body and its id stay as they are */
async function send(r, id, body) {
    for (let tries = 0; tries < 300; tries++) {
        const timestamp = Math.floor(Date.now() / 1000);

        try {
            const reply = await ngx.fetch(r.variables.notifications, {
                method: 'POST', body: body,
                headers: {
                    'Content-Type': 'application/json',
                    'webhook-id': id, 'webhook-timestamp': `${timestamp}`,
                    'webhook-signature': protocol.sign(protocol.secret(r), id,
                                                       timestamp, body)
                }
            });

            if (reply.status >= 200 && reply.status < 300) {
                return;
            }

        } catch (e) {
            r.log(`notification ${id}: ${e.message}`);
        }

        await protocol.sleep(1000);
    }
}

/*
 * Answers, and goes on without the client: nginx.conf closes the connection of
 * such an answer, so no other request waits behind it.
 */
function answerEarly(r, status, body) {
    r.status = status;
    r.headersOut['Content-Type'] = 'application/json';
    r.headersOut['Content-Length'] = `${body.length}`;
    r.sendHeader();
    r.send(body);
}

async function notify(r, wait, what, attempt) {
    if (r.variables.notifications) {
        await protocol.sleep(wait);

        await send(r, `msg_${what}_${attempt}`,
                   JSON.stringify(message(r, what, books.read(r, attempt))));
    }
}

/* the rest of operate, where something happens after the answer */
async function later(r) {
    const attempt = books.read(r, JSON.parse(r.requestText).attempt);

    answerEarly(r, 200, JSON.stringify(verdict(attempt)) + '\n');

    if (attempt.pending) {
        await notify(r, attempt.ready - Date.now(), 'result', attempt.attempt);
    }

    if (attempt.reversed) {
        await notify(r, attempt.reversed, 'capture_reversed', attempt.attempt);
    }

    if (attempt.chargeback) {
        await notify(r, attempt.chargeback, 'chargeback', attempt.attempt);
    }

    r.finish();
}

/* For people, and for tests ----------------------------------------------- */

/* the page of the bank: the customer says yes or no */
function page(r) {
    const attempt = find(r, r.uri.slice('/3ds/'.length));

    if (!attempt) {
        return protocol.refuse(r, 404, 'not_found', 'no such page');
    }

    if (r.method != 'POST') {
        r.headersOut['Content-Type'] = 'text/html; charset=utf-8';
        return r.return(200, '<!doctype html><title>Bank</title>'
            + `<h1>${attempt.amount} ${attempt.currency}</h1>`
            + '<form method="post"><button name="outcome" value="approved">'
            + 'Approve</button><button name="outcome" value="failed">'
            + 'Refuse</button></form>\n');
    }

    decide(r, attempt, /approved/.test(r.requestText) ? 'approved' : 'failed');
    r.internalRedirect('@decided');
}

/* back to the shop, which may hear of it by a notification first */
async function decided(r) {
    const attempt = books.read(r, r.uri.slice('/3ds/'.length));
    const glue = attempt.return_url.indexOf('?') < 0 ? '?' : '&';

    r.headersOut.Location = `${attempt.return_url}${glue}return_data=`
                            + (attempt.failure ? 'failed' : 'approved');
    answerEarly(r, 303, '\n');

    await notify(r, 0, 'result', attempt.attempt);

    r.finish();
}

/* GET /books: every charge whose time has come; ?payment=: those of one */
function show(r) {
    protocol.answer(r, 200, {
        charges: books.all(r, 'ch_')
                      .filter((c) => !c.waits && c.at <= Date.now()
                                     && (!r.args.payment
                                         || c.payment == r.args.payment))
                      .sort((a, b) => a.at - b.at)
    });
}

export default { operate, page, later, decided, show,
                 failed: protocol.failed };
