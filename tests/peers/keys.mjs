// Keys and a document loader for the peers: our context files, did:key, and the documents a test hands over.
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {URLS, ours} from './ours.mjs';

// The verification method or the whole document that a did:key URL names.
export function didKey(url) {
  const [did, fragment] = url.split('#');
  const key = did.slice('did:key:'.length);
  const id = `${did}#${key}`;
  const method = {
    '@context': 'https://w3id.org/security/multikey/v1',
    id, type: 'Multikey', controller: did, publicKeyMultibase: key,
  };
  if (fragment) return method;
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did, verificationMethod: [method], authentication: [id], assertionMethod: [id],
  };
}

// The part of a document that a URL with a fragment names, under the document's own contexts.
function part(document, url) {
  const member = [document.verificationMethod].flat().find(method => method?.id === url);
  if (!member) throw new Error(`${url} is not in the document`);
  return {'@context': 'https://w3id.org/security/multikey/v1', ...member};
}

// A document loader over our contexts, did:key and `documents` (URL → document): nothing comes from a network.
export const loader = (documents = {}) => async url => {
  const found = document => ({contextUrl: null, documentUrl: url, document, tag: 'static'});
  if (URLS.has(url)) return found(ours(url));
  if (Object.hasOwn(documents, url)) return found(documents[url]);
  if (url.startsWith('did:key:')) return found(didKey(url));
  const [base] = url.split('#');
  if (base !== url && Object.hasOwn(documents, base)) return found(part(documents[base], url));
  throw new Error(`not loaded: ${url}`);
};

// The key pair of a seed of 64 hex digits, as did:key or as a key of `controller`.
export async function keyPair(seed, controller) {
  const pair = await Ed25519Multikey.generate({seed: Uint8Array.from(Buffer.from(seed, 'hex'))});
  pair.controller = controller ?? `did:key:${pair.publicKeyMultibase}`;
  pair.id = `${pair.controller}#${pair.publicKeyMultibase}`;
  return pair;
}

export async function input() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

export const print = value => process.stdout.write(JSON.stringify(value) + '\n');

// One line out of the nested errors of the Digital Bazaar libraries.
export function reason(error) {
  const said = [];
  const walk = e => {
    if (!e || said.length > 8) return;
    for (const inner of [e.errors ?? []].flat()) walk(inner);
    if (e.message && !said.includes(e.message)) said.push(e.message);
    walk(e.cause);
  };
  walk(error);
  return said.join('; ');
}
