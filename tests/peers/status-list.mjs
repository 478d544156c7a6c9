// Makes status lists as npm's vc-bitstring-status-list does, and signs them with npm's eddsa-rdfc-2022.
//
// standard input   {"seed": "64 hex digits", "url": "...", "created": "...", "lists": [[8, 131071], ...]}
// standard output  [{...}, ...]: a signed list credential for each list of places, its issuer the did:key of the seed
import {createCredential, createList} from '@digitalbazaar/vc-bitstring-status-list';
import {input, keyPair, print} from './keys.mjs';
import {issueProof} from './peer.mjs';

const {seed, url, created, lists} = await input();
const pair = await keyPair(seed);
const made = [];
for (const places of lists) {
  const list = await createList({length: 131072});
  for (const place of places) list.setStatus(place, true);
  const credential = await createCredential({id: url, list, statusPurpose: 'revocation'});
  credential.issuer = pair.controller;
  credential.validFrom = created;
  made.push(await issueProof(credential, 'eddsa-rdfc-2022', pair, created));
}
print(made);
