/*
 * The test cards: what becomes of a payment with this token.  A card without
 * any of these members is approved.
 *
 *   code, message    declined
 *   later            milliseconds until there is a result
 *   pending          its answer does not wait for that result
 *   action           the customer is asked first, and has so many milliseconds
 *   first            instead of the first answer: "close", "500"
 *   answers          instead of every answer: "429", "503"; nothing is done
 *   less             so much less is authorized than was asked for
 *   capture, refund  the same members, for captures and refunds
 *   reversed, chargeback   milliseconds after a capture
 */

const VISA = { brand: 'visa', last4: '4242' };

function declined(code, message) {
    return { code: code, message: message };
}

const CARDS = {
    tok_visa: {},
    tok_mastercard: { brand: 'mastercard', last4: '4444' },
    tok_amex: { brand: 'amex', last4: '0005' },

    tok_declined: declined('generic_decline', 'The card was declined.'),
    tok_insufficient_funds: declined('insufficient_funds',
                                     'The card has insufficient funds.'),
    tok_expired_card: declined('expired_card', 'The card has expired.'),
    tok_incorrect_cvc: declined('incorrect_cvc',
                                "The card's security code is incorrect."),
    tok_lost_card: declined('lost_card', 'The card was reported lost.'),

    tok_pending: { pending: true, later: 1000 },
    tok_pending_fail: { pending: true, later: 1000, code: 'generic_decline',
                        message: 'The card was declined.' },
    tok_3ds: { action: 3600000 },
    tok_3ds_expires: { action: 1000 },

    tok_lost_answer: { first: 'close' },
    tok_error_once: { first: '500' },
    tok_busy: { answers: '429' },
    tok_unavailable: { answers: '503' },
    tok_hangs: { later: 60000, deaf: true },
    tok_other_amount: { less: 1 },

    tok_capture_declined: { capture: declined('not_capturable',
                                              'The bank refused it.') },
    tok_capture_pending: { capture: { pending: true, later: 1000 } },
    tok_capture_lost_answer: { capture: { first: 'close' } },
    tok_capture_reversed: { reversed: 1000 },
    tok_chargeback: { chargeback: 1000 },
    tok_refund_pending: { refund: { pending: true, later: 1000 } },
    tok_refund_fail: { refund: { pending: true, later: 1000,
                                 code: 'not_refundable',
                                 message: 'The account is closed.' } }
};

/* Out: the card with its brand and last4; null if there is none */
function find(token) {
    const slow = /^tok_slow_([0-9]{1,5})$/.exec(token);

    if (slow) {
        return Object.assign({ later: Number(slow[1]) }, VISA);
    }

    return CARDS[token] ? Object.assign({}, VISA, CARDS[token]) : null;
}

export default { find };
