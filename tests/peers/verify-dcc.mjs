// Verifies credentials with npm @digitalcredentials/verifier-core, which brings its own contexts and did:key.
//
// standard input   {"credentials": [...], "documents": {url: document}, "registered": ["did:..."]}
// standard output  [{"log": {"valid_signature": true, ...}, "schema": true} | {"errors": ["..."]}]
//
// The library fetches status lists, schemas, did:web documents and issuer registries. Only the network is stood
// in for: `fetch` answers from `documents` and from our schemas, and refuses everything else.
import {input, print} from './keys.mjs';
import {schemas} from './ours.mjs';

const {credentials, documents = {}, registered = []} = await input();
const REGISTRY = 'https://registry.example/issuers.json';
const registry = {
  meta: {created: '2024-01-01T00:00:00Z', updated: '2024-01-01T00:00:00Z'},
  registry: Object.fromEntries(registered.map(did => [did, {name: 'An issuer', url: 'https://example.org'}])),
};

globalThis.fetch = async request => {
  const url = typeof request === 'string' ? request : request.url ?? String(request);
  const found = url === REGISTRY ? registry : documents[url] ?? schemas().get(url);
  if (found === undefined) return new Response('nothing here', {status: 404});
  return new Response(JSON.stringify(found), {status: 200, headers: {'content-type': 'application/json'}});
};
console.log = console.error; // standard output carries the answer alone

const {verifyCredential} = await import('@digitalcredentials/verifier-core');
const knownDIDRegistries = [{name: 'Test registry', type: 'dcc-legacy', url: REGISTRY}];

const answers = [];
for (const credential of credentials) {
  const result = await verifyCredential({credential, knownDIDRegistries});
  if (result.errors) {
    answers.push({errors: result.errors.map(error => `${error.name}: ${error.message}`)});
    continue;
  }
  const log = Object.fromEntries(result.log.map(step => [step.id, step.error?.name ?? step.valid]));
  const checked = result.additionalInformation?.flatMap(entry => entry.results) ?? [];
  answers.push({log, schema: checked.map(one => one.result?.valid ?? one)});
}
print(answers);
