// Issuing and verifying one credential in memory, as npm packages do it.
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite as rdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {createSignCryptosuite, createVerifyCryptosuite} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {CompactSign, compactVerify, importJWK} from 'jose';
import {loader} from './keys.mjs';
import {base58btc} from './base58.mjs';

const documentLoader = loader();

export async function issueProof(credential, cryptosuite, pair, created) {
  const suite = new DataIntegrityProof({
    cryptosuite: cryptosuite === 'eddsa-jcs-2022' ? createSignCryptosuite() : rdfc,
    signer: pair.signer(), date: created,
  });
  return vc.issue({credential: structuredClone(credential), suite, documentLoader});
}

// The signature and what it covers; a status list is not looked at here.
export async function verifyProof(credential) {
  const suite = new DataIntegrityProof({
    cryptosuite: credential.proof.cryptosuite === 'eddsa-jcs-2022' ? createVerifyCryptosuite() : rdfc,
  });
  const checkStatus = async () => ({verified: true});
  return vc.verifyCredential({credential, suite, documentLoader, checkStatus});
}

const seconds = text => Math.floor(Date.parse(text) / 1000);
const x = pair => Buffer.from(base58btc(pair.publicKeyMultibase).slice(2)).toString('base64url');

export const publicJwk = pair => importJWK({kty: 'OKP', crv: 'Ed25519', x: x(pair)}, 'EdDSA');
const secretJwk = (pair, seed) =>
  importJWK({kty: 'OKP', crv: 'Ed25519', x: x(pair), d: Buffer.from(seed, 'hex').toString('base64url')}, 'EdDSA');

// A VC-JWT as Open Badges 3.0 asks for it: the credential with iss, jti, nbf, sub and exp beside it.
export async function issueJwt(credential, pair, seed) {
  const claims = {
    ...credential,
    iss: credential.issuer.id ?? credential.issuer,
    jti: credential.id,
    nbf: seconds(credential.validFrom),
    ...(credential.credentialSubject.id ? {sub: credential.credentialSubject.id} : {}),
    ...(credential.validUntil ? {exp: seconds(credential.validUntil)} : {}),
  };
  return new CompactSign(Buffer.from(JSON.stringify(claims), 'utf8'))
    .setProtectedHeader({alg: 'EdDSA', kid: pair.id})
    .sign(await secretJwk(pair, seed));
}

export const verifyJwt = async (jwt, key) => compactVerify(jwt, key, {algorithms: ['EdDSA']});
