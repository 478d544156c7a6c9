// Verifies compact VC-JWTs with npm jose.
//
// standard input   {"credentials": ["eyJ..."], "documents": {did: DID document}}
// standard output  [{"verified": true, "header": {...}, "payload": {...}} | {"verified": false, "reason": "..."}]
import {base58btc} from './base58.mjs';
import {compactVerify, decodeProtectedHeader, importJWK} from 'jose';
import {didKey, input, print} from './keys.mjs';

const {credentials, documents = {}} = await input();

// The key that `kid` names, out of its document: Multikey or JWK.
async function key(kid) {
  const [did] = kid.split('#');
  const document = documents[did] ?? (did.startsWith('did:key:') ? didKey(did) : undefined);
  const method = document?.verificationMethod.find(one => one.id === kid);
  if (!method) throw new Error(`no key ${kid}`);
  if (!document.assertionMethod.includes(kid)) throw new Error(`${kid} may not assert`);
  const x = method.publicKeyMultibase && Buffer.from(base58btc(method.publicKeyMultibase).slice(2)).toString('base64url');
  return importJWK(method.publicKeyJwk ?? {kty: 'OKP', crv: 'Ed25519', x}, 'EdDSA');
}

const answers = [];
for (const jwt of credentials) {
  try {
    const {kid} = decodeProtectedHeader(jwt);
    const {payload, protectedHeader} = await compactVerify(jwt, await key(kid), {algorithms: ['EdDSA']});
    answers.push({verified: true, header: protectedHeader, payload: JSON.parse(Buffer.from(payload).toString('utf8'))});
  } catch (error) {
    answers.push({verified: false, reason: `${error.code ?? 'error'}: ${error.message}`});
  }
}
print(answers);
