// Verifies credentials with npm @digitalbazaar/vc: eddsa-rdfc-2022 and eddsa-jcs-2022, status lists included.
//
// standard input   {"credentials": [...], "documents": {url: document}, "now": "2026-01-01T00:00:00Z"}
// standard output  [{"verified": true, "bits": [false]} | {"verified": false, "reason": "..."}]
//
// `documents` are status list credentials and issuer documents. `bits` are the credential's bits in its status
// lists, which the library verifies too; what a bit means it leaves to the caller.
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {cryptosuite as rdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {createVerifyCryptosuite as jcs} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {input, loader, print, reason} from './keys.mjs';

const {credentials, documents, now} = await input();
const suite = [new DataIntegrityProof({cryptosuite: rdfc}), new DataIntegrityProof({cryptosuite: jcs()})];
const documentLoader = loader(documents);

const answers = [];
for (const credential of credentials) {
  const result = await vc.verifyCredential({
    credential, suite, documentLoader, checkStatus, ...(now ? {now: new Date(now)} : {}),
  });
  answers.push(result.verified
    ? {verified: true, bits: result.statusResult?.results.map(({status}) => status) ?? []}
    : {verified: false, reason: reason(result.error ?? result.statusResult?.error)});
}
print(answers);
