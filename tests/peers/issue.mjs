// Issues credentials with npm: @digitalbazaar/vc (eddsa-rdfc-2022, eddsa-jcs-2022) and jose (VC-JWT, EdDSA).
//
// standard input   {"seed": "64 hex digits", "created": "2026-01-01T00:00:00Z", "controller": "did:..." or absent,
//                   "credentials": [...]}
// standard output  [{"rdfc": {...}, "jcs": {...}, "jwt": "eyJ..."}]
//
// The key is did:key of the seed, or a key of `controller`. The issuer of each credential is set to it.
import {input, keyPair, print} from './keys.mjs';
import {issueJwt, issueProof} from './peer.mjs';

const {seed, created, controller, credentials} = await input();
const pair = await keyPair(seed, controller);

const answers = [];
for (const given of credentials) {
  const credential = structuredClone(given);
  if (typeof credential.issuer === 'object') credential.issuer.id = pair.controller;
  else credential.issuer = pair.controller;
  answers.push({
    rdfc: await issueProof(credential, 'eddsa-rdfc-2022', pair, created),
    jcs: await issueProof(credential, 'eddsa-jcs-2022', pair, created),
    jwt: await issueJwt(credential, pair, seed),
  });
}
print(answers);
