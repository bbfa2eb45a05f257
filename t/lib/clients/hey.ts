// A client of one generator: create, capture, a partial refund, a list, a replay.
import { client } from './hey/client.gen';
import { capturePayment, createPayment, createRefund, getPayment, listRefunds } from './hey/sdk.gen';
import type { Payment } from './hey/types.gen';

const [url, key] = process.argv.slice(2) as [string, string];
client.setConfig({ baseUrl: url, auth: key, throwOnError: true });

const unique = (): { 'Idempotency-Key': string } => ({ 'Idempotency-Key': crypto.randomUUID() });

async function main(): Promise<void> {
    const headers = unique();
    const body = {
        amount: 1099, currency: 'EUR', payment_method: { token: 'tok_visa' },
        capture_method: 'manual' as const,
    };
    const made = await createPayment({ headers, body, throwOnError: true });
    const payment: Payment = made.data;
    const again = await createPayment({ headers, body, throwOnError: true });
    const path = { id: payment.id };
    const captured = await capturePayment({ headers: unique(), path, body: { amount: 1000 }, throwOnError: true });
    const refund = await createRefund({ headers: unique(), path, body: { amount: 400 }, throwOnError: true });
    const refunds = await listRefunds({ query: { payment: payment.id, limit: 10 }, throwOnError: true });
    const now = await getPayment({ path, throwOnError: true });
    const refused = await createPayment({ headers: unique(), body: { ...body, amount: 0 }, throwOnError: false });
    console.log(JSON.stringify({
        made: made.response.status, replayed: again.response.headers.get('Idempotent-Replayed'),
        same: again.data.id === payment.id, captured: captured.data.amount_captured,
        refund: refund.data.amount, listed: refunds.data.data.map((r) => r.id === refund.data.id),
        left: now.data.amount_refundable, refused: refused.error?.code,
    }));
}

main().catch((error) => { console.error(error); process.exit(1); });
