/*
 * What an acquirer and an adapter have in common: a request of the protocol
 * is read, its signature is checked, an answer is given, a notification is
 * signed.  docs/processors.md is the specification.
 *
 * Written for njs 0.7, as Debian has it: each request has its own memory, so
 * nothing is kept here between two of them.
 */

import fs from 'fs';
import crypto from 'crypto';

/* a signature that is older, or newer, is refused: seconds */
const TOLERANCE = 300;

const ATTEMPT = /^[0-9A-Za-z_-]{16,64}$/;

/* what each operation needs, besides attempt; a look-up has its own */
const MEMBERS = {
    authorize: { amount: 'number', currency: 'string', capture: 'boolean',
                 token: 'string' },
    capture: { amount: 'number', currency: 'string', reference: 'string' },
    void: { amount: 'number', currency: 'string', reference: 'string' },
    refund: { amount: 'number', currency: 'string', reference: 'string' },
    continue: { amount: 'number', currency: 'string', reference: 'string',
                authorization: 'string', return_data: 'string' },
    lookup: { operation: 'string' }
};

/* the answer of a request: an object as JSON */
function answer(r, status, body) {
    r.headersOut['Content-Type'] = 'application/json';
    r.return(status, JSON.stringify(body) + '\n');
}

/* any status but 200; code is for programs, message for the log */
function refuse(r, status, code, message) {
    answer(r, status, { error: { code: code, message: message } });
}

/* the key behind "whsec_": the file beside the books, one line */
function secret(r) {
    const line = fs.readFileSync(`${r.variables.document_root}/secret`,
                                 'utf8').split('\n')[0].trim();

    return Buffer.from(line.replace(/^whsec_/, ''), 'base64');
}

/* Standard Webhooks 1.0: HMAC-SHA256 over "id.timestamp.body" */
function sign(key, id, timestamp, body) {
    const hmac = crypto.createHmac('sha256', key).update(`${id}.${timestamp}.`);

    /* njs 0.7 refuses to add nothing */
    return 'v1,' + (body.length ? hmac.update(body) : hmac).digest('base64');
}

/* compares in a time that does not depend on where they differ */
function equal(one, other) {
    let difference = one.length ^ other.length;

    for (let i = 0; i < one.length; i++) {
        difference |= one.charCodeAt(i) ^ other.charCodeAt(i % other.length);
    }

    return difference == 0;
}

function isSigned(r) {
    const id = r.headersIn['webhook-id'] || '';
    const timestamp = r.headersIn['webhook-timestamp'] || '';
    const signatures = (r.headersIn['webhook-signature'] || '').split(' ');

    if (id == '' || !/^[0-9]{1,12}$/.test(timestamp)
        || Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE)
    {
        return false;
    }

    const wanted = sign(secret(r), id, timestamp, r.requestBuffer || '');

    return signatures.some((signature) => equal(wanted, signature));
}

/* what is wrong with the members of a request, or nothing */
function wrong(operation, request) {
    const members = MEMBERS[operation];

    if (!ATTEMPT.test(request.attempt)) {
        return 'attempt';
    }

    return Object.keys(members).find((name) => {
        const value = request[name];

        return typeof value != members[name]
               || (name == 'amount'
                   && (value < 1 || value > 999999999999 || value % 1 != 0));
    });
}

function parse(r) {
    try {
        return JSON.parse(r.requestText || '');

    } catch (e) {
        return null;
    }
}

/*
 * Reads a request.  Out: its members with operation, signed (seconds) and
 * deadline (milliseconds, the time of day), or null: then it has been refused
 * and answered.
 */
function read(r) {
    const operation = r.uri.slice(r.uri.lastIndexOf('/') + 1);

    if (!MEMBERS[operation]) {
        return refuse(r, 404, 'unknown_operation', 'no such operation'), null;
    }

    if (r.method != 'POST') {
        r.headersOut.Allow = 'POST';
        return refuse(r, 405, 'method_not_allowed', 'POST only'), null;
    }

    if (!isSigned(r)) {
        return refuse(r, 401, 'invalid_signature',
                      'no signature of this body with this secret, or an old '
                      + 'one'), null;
    }

    const request = parse(r);

    if (request === null || typeof request != 'object') {
        return refuse(r, 400, 'invalid_json', 'the body is no JSON object'),
               null;
    }

    const name = wrong(operation, request);

    if (name) {
        return refuse(r, 400, 'invalid_request', `wrong member: ${name}`),
               null;
    }

    if (operation != 'lookup'
        && r.headersIn['Idempotency-Key'] !== request.attempt)
    {
        return refuse(r, 400, 'invalid_request',
                      'Idempotency-Key and attempt differ'), null;
    }

    request.operation_asked = operation;
    request.signed = Number(r.headersIn['webhook-timestamp']);
    request.deadline = Date.now()
                       + Number(r.headersIn['Payments-Deadline'] || 20000);
    return request;
}

/* nginx's own errors in the form of the others */
function failed(r) {
    const codes = { '400': 'bad_request', '403': 'forbidden',
                    '404': 'unknown_operation', '413': 'body_too_large' };
    const status = r.variables.status;

    refuse(r, Number(status), codes[status] || 'error',
           'refused before it was read');
}

/* ends after that many milliseconds; a timer of nginx may be early by a few */
async function sleep(ms) {
    const end = Date.now() + ms;

    while (Date.now() < end) {
        await new Promise((done) => setTimeout(done, end - Date.now()));
    }
}

export default { answer, refuse, read, failed, secret, sign, equal, sleep };
