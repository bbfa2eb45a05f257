// A client of another generator: create, capture, a partial refund, a list, a replay.
import { Api, type Payment } from './sta/api';

const [url, key] = process.argv.slice(2) as [string, string];
const api = new Api({
    baseUrl: url,
    securityWorker: () => ({ headers: { Authorization: `Bearer ${key}` } }),
});

const unique = () => ({ headers: { 'Idempotency-Key': crypto.randomUUID() } });

async function main(): Promise<void> {
    const once = unique();
    const body = {
        amount: 1099, currency: 'EUR', payment_method: { token: 'tok_visa' },
        capture_method: 'manual' as const,
    };
    const made = await api.v1.createPayment(body, once);
    const payment: Payment = made.data;
    const again = await api.v1.createPayment(body, once);
    const captured = await api.v1.capturePayment(payment.id, { amount: 1000 }, unique());
    const refund = await api.v1.createRefund(payment.id, { amount: 400 }, unique());
    const refunds = await api.v1.listRefunds({ payment: payment.id, limit: 10 });
    const now = await api.v1.getPayment(payment.id);
    const refused = await api.v1.createPayment({ ...body, amount: 0 }, unique()).catch((error) => error);
    console.log(JSON.stringify({
        made: made.status, replayed: again.headers.get('Idempotent-Replayed'),
        same: again.data.id === payment.id, captured: captured.data.amount_captured,
        refund: refund.data.amount, listed: refunds.data.data.map((r) => r.id === refund.data.id),
        left: now.data.amount_refundable, refused: refused.error?.code,
    }));
}

main().catch((error) => { console.error(error); process.exit(1); });
