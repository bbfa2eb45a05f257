# The reference implementation in Python; as reference.cjs.
import datetime
import json
import sys

from standardwebhooks.webhooks import Webhook

answers = []
for m in json.load(sys.stdin):
    webhook = Webhook(m['secret'])
    try:
        webhook.verify(m['body'], {'webhook-id': m['id'], 'webhook-timestamp': m['timestamp'],
                                   'webhook-signature': m['signatures']})
        valid = True
    except Exception:
        valid = False
    at = datetime.datetime.fromtimestamp(int(m['timestamp']), tz=datetime.timezone.utc)
    answers.append({'valid': valid, 'signature': webhook.sign(m['id'], at, m['body'])})
print(json.dumps(answers))
