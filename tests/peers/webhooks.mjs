// Checks the signatures of messages with npm standardwebhooks.
//
// standard input   {"secret": "whsec_...", "messages": [{"id", "timestamp", "signature", "body"}]}
// standard output  [true, false]
import {Webhook} from 'standardwebhooks';
import {input, print} from './keys.mjs';

const {secret, messages} = await input();
const hook = new Webhook(secret);
print(messages.map(({id, timestamp, signature, body}) => {
  try {
    hook.verify(body, {'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature});
    return true;
  } catch {
    return false;
  }
}));
