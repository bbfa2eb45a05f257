// The reference implementation in JavaScript over messages of standard input: verifies each,
// and signs it.  [{ secret, id, timestamp, signatures, body }] -> [{ valid, signature }]
const { Webhook } = require('standardwebhooks');
const messages = JSON.parse(require('fs').readFileSync(0));
console.log(JSON.stringify(messages.map(({ secret, id, timestamp, signatures, body }) => {
    const webhook = new Webhook(secret);
    let valid = true;
    try {
        webhook.verify(body, { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures });
    } catch (error) {
        valid = false;
    }
    return { valid, signature: webhook.sign(id, new Date(Number(timestamp) * 1000), body) };
})));
