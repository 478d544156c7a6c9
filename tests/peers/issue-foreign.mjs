// Issues credentials in the ways we read and do not write: @digitalbazaar cryptosuites with P-256 and P-384 keys,
// Ed25519Signature2020, selective disclosure, and tokens of npm jose.
//
// standard input   {"created": "2026-01-01T00:00:00Z", "credentials": [...], "mandatory": ["/issuer", ...],
//                   "selective": ["/credentialSubject/achievement", ...]}
// standard output  [{"ecdsa-rdfc-2019 P-256": {...}, "ES256": "eyJ...", ...}]
//
// Each way has a key of its own, made for the occasion; the issuer of a credential is the did:key or did:jwk of it.
import * as vc from '@digitalbazaar/vc';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as sd from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';
import {Ed25519VerificationKey2020} from '@digitalbazaar/ed25519-verification-key-2020';
import {cryptosuite as rdfc} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {createSignCryptosuite as jcs} from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import {CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair} from 'jose';
import {input, loader, print} from './keys.mjs';

const {created, credentials, mandatory, selective} = await input();
const documentLoader = loader();

const named = async pair => {
  pair.controller = `did:key:${pair.publicKeyMultibase}`;
  pair.id = `${pair.controller}#${pair.publicKeyMultibase}`;
  return pair;
};
const ecdsa = async curve => named(await EcdsaMultikey.generate({curve}));

function issuedBy(given, issuer) {
  const credential = structuredClone(given);
  if (typeof credential.issuer === 'object') credential.issuer.id = issuer;
  else credential.issuer = issuer;
  return credential;
}

async function withProof(given, pair, cryptosuite) {
  const suite = new DataIntegrityProof({cryptosuite, signer: pair.signer(), date: created});
  return vc.issue({credential: issuedBy(given, pair.controller), suite, documentLoader});
}

// The issuer signs all of it; the holder shows what is mandatory and what `selective` names.
async function disclosed(given, pair) {
  const signed = await withProof(given, pair, sd.createSignCryptosuite({mandatoryPointers: mandatory}));
  const suite = new DataIntegrityProof({cryptosuite: sd.createDiscloseCryptosuite({selectivePointers: selective})});
  return vc.derive({verifiableCredential: signed, suite, documentLoader});
}

async function older(given) {
  const pair = await named(await Ed25519VerificationKey2020.generate());
  const credential = issuedBy(given, pair.controller);
  credential['@context'].push('https://w3id.org/security/suites/ed25519-2020/v1');
  const suite = new Ed25519Signature2020({key: pair, date: created});
  return vc.issue({credential, suite, documentLoader});
}

const seconds = text => Math.floor(Date.parse(text) / 1000);

// A token in the form of Open Badges 3.0, of VC-JOSE-COSE or of VCDM 1.1.
async function token(given, alg, form) {
  const {publicKey, privateKey} = await generateKeyPair(alg, {extractable: true, modulusLength: 2048});
  const jwk = await exportJWK(publicKey);
  const did = `did:jwk:${Buffer.from(JSON.stringify(jwk)).toString('base64url')}`;
  const credential = issuedBy(given, did);
  const claims = {
    iss: did, jti: credential.id, nbf: seconds(credential.validFrom),
    ...(credential.credentialSubject.id ? {sub: credential.credentialSubject.id} : {}),
    ...(credential.validUntil ? {exp: seconds(credential.validUntil)} : {}),
  };
  const [payload, typ] = {
    'open badges': [{...credential, ...claims}, {}],
    'jose': [credential, {typ: 'vc+jwt', cty: 'vc'}],
    'vcdm 1.1': [{...claims, vc: older11(credential)}, {typ: 'JWT'}],
  }[form];
  const jwt = await new CompactSign(Buffer.from(JSON.stringify(payload), 'utf8'))
    .setProtectedHeader({alg, ...typ, kid: `${did}#0`})
    .sign(privateKey);
  return {jwt, thumbprint: await calculateJwkThumbprint(jwk), jwk};
}

// The schema that a credential names is one for the data model 2.0.
function older11({validFrom, validUntil, credentialSchema, ...credential}) {
  return {
    name: 'A badge', ...credential, issuanceDate: validFrom, ...(validUntil ? {expirationDate: validUntil} : {}),
    '@context': credential['@context'].map(url =>
      url === 'https://www.w3.org/ns/credentials/v2' ? 'https://www.w3.org/2018/credentials/v1' : url),
  };
}

const answers = [];
for (const credential of credentials) {
  const answer = {documents: {}, tokens: {}};
  for (const curve of ['P-256', 'P-384']) {
    answer.documents[`ecdsa-rdfc-2019 ${curve}`] = await withProof(credential, await ecdsa(curve), rdfc);
    answer.documents[`ecdsa-jcs-2019 ${curve}`] = await withProof(credential, await ecdsa(curve), jcs());
  }
  answer.documents['Ed25519Signature2020'] = await older(credential);
  answer.documents['ecdsa-sd-2023'] = await disclosed(credential, await ecdsa('P-256'));
  for (const alg of ['EdDSA', 'ES256', 'ES384', 'ES512', 'RS256']) {
    for (const form of ['open badges', 'jose', 'vcdm 1.1']) {
      answer.tokens[`${alg} ${form}`] = await token(credential, alg, form);
    }
  }
  answers.push(answer);
}
print(answers);
