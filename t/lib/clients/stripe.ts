// Stripe's own client against the server of t/lib/Stripe/Server.pm: what that server says
// has the types of Stripe's API, in the version that the module asks for.

import Stripe from 'stripe';
import * as fs from 'fs';

const [port, key, signing, eventFile, signature] = process.argv.slice(2);
const stripe = new Stripe(key, {
    apiVersion: '2024-06-20', host: '127.0.0.1', port: Number(port), protocol: 'http',
    maxNetworkRetries: 0, telemetry: false,
});

// the class of an error, and its code
async function refused(promise: Promise<unknown>): Promise<string> {
    try {
        await promise;
    } catch (e) {
        const error = e as Stripe.errors.StripeError;
        return `${error.type} ${error.statusCode} ${error.code ?? ''}`;
    }
    return 'not refused';
}

async function main() {
    const params: Stripe.PaymentIntentCreateParams = {
        amount: 1099, currency: 'eur', confirm: true, capture_method: 'manual', payment_method: 'pm_card_visa',
        payment_method_types: ['card'], error_on_requires_action: true, metadata: { attempt: 'att_of_the_library' },
        expand: ['latest_charge.balance_transaction'],
    };
    const once = { idempotencyKey: `att_${Date.now()}` };
    const made = await stripe.paymentIntents.create(params, once);
    const again = await stripe.paymentIntents.create(params, once);
    const charge = made.latest_charge as Stripe.Charge;
    const captured = await stripe.paymentIntents.capture(made.id, { amount_to_capture: 1000, metadata: { capture: 'c' } });
    const refund = await stripe.refunds.create({ payment_intent: made.id, amount: 400, metadata: { attempt: 'r' } });
    const seen = await stripe.paymentIntents.retrieve(made.id);
    const other = await stripe.paymentIntents.create({ ...params, currency: 'usd' });
    const canceled = await stripe.paymentIntents.cancel(other.id);

    const listed: string[] = [];
    for await (const intent of stripe.paymentIntents.list({ limit: 1, created: { gte: made.created - 60 } })) {
        listed.push(intent.id);
    }
    const refunds = await stripe.refunds.list({ payment_intent: made.id, limit: 100 });

    const body = fs.readFileSync(eventFile, 'utf8');
    const event = stripe.webhooks.constructEvent(body, signature, signing);
    let forged = 'believed';
    try {
        stripe.webhooks.constructEvent(body, signature, 'whsec_other');
    } catch (e) {
        forged = (e as Stripe.errors.StripeError).type;
    }

    console.log(JSON.stringify({
        made: [made.status, made.amount_capturable, charge.payment_method_details?.card?.brand],
        replayed: [again.id === made.id, again.lastResponse.headers['idempotent-replayed']],
        captured: [captured.status, captured.amount_received, captured.metadata.capture],
        refund: [refund.status, refund.amount, refund.payment_intent === made.id],
        seen: [seen.id === made.id, seen.status],
        canceled: canceled.status,
        listed: [listed.length >= 2, listed.includes(made.id), listed.includes(other.id), new Set(listed).size === listed.length],
        refunds: [refunds.data.length, refunds.data[0].id === refund.id],
        event: [event.type, event.data.object.object],
        forged,
        refused: [
            await refused(stripe.paymentIntents.create({ ...params, payment_method: 'pm_card_chargeDeclinedInsufficientFunds' })),
            await refused(stripe.paymentIntents.create({ ...params, amount: 5 }, once)),
            await refused(stripe.paymentIntents.create({ ...params, payment_method: 'pm_card_threeDSecureRequired' })),
            await refused(stripe.paymentIntents.create({ ...params, payment_method: 'pm_unknown' })),
            await refused(stripe.paymentIntents.capture(made.id)),
            await refused(stripe.paymentIntents.retrieve('pi_none')),
            await refused(stripe.refunds.create({ payment_intent: made.id, amount: 700 })),
        ],
    }));
}

main().catch((e) => { console.error(e); process.exit(1); });
