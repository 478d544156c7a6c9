// Times the npm peers in this process: node bench.mjs [--runs N] document.json ...
//
// Each document is issued and verified per suite, JSON text in and JSON text out: a warm-up, then N runs
// (200 unless told), each timed by itself. Prints [{"document", "suite", "issue_us", "verify_us"}], medians in µs.
// The key is the one the documents name as their issuer: a seed of 32 bytes of value 7, worth nothing.
import fs from 'node:fs';
import {basename} from 'node:path';
import {keyPair, print} from './keys.mjs';
import {issueJwt, issueProof, publicJwk, verifyJwt, verifyProof} from './peer.mjs';

const args = process.argv.slice(2);
const flag = args.indexOf('--runs');
const runs = flag < 0 ? 200 : Number(args.splice(flag, 2)[1]);
const seed = '07'.repeat(32);
const pair = await keyPair(seed);
const key = await publicJwk(pair);

async function median(work) {
  for (let i = 0; i < Math.max(50, runs / 2); i += 1) await work();
  const times = [];
  for (let i = 0; i < runs; i += 1) {
    const start = process.hrtime.bigint();
    await work();
    times.push(Number(process.hrtime.bigint() - start) / 1000);
  }
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)];
}

const text = value => JSON.stringify(value);
const good = async result => {
  if (!(await result).verified) throw new Error(`not verified: ${(await result).error}`);
};
const SUITES = ['eddsa-rdfc-2022', 'eddsa-jcs-2022'].map(name => ({
  name,
  issue: async json => text(await issueProof(JSON.parse(json), name, pair, '2026-05-01T00:00:00Z')),
  verify: async json => good(verifyProof(JSON.parse(json))),
}));
SUITES.push({
  name: 'vc-jwt',
  issue: async json => issueJwt(JSON.parse(json), pair, seed),
  verify: async jwt => JSON.parse(Buffer.from((await verifyJwt(jwt, key)).payload).toString('utf8')),
});

const rows = [];
for (const path of args) {
  const json = fs.readFileSync(path, 'utf8');
  for (const suite of SUITES) {
    const signed = await suite.issue(json);
    await suite.verify(signed);
    rows.push({
      document: basename(path, '.json'), suite: suite.name,
      issue_us: await median(() => suite.issue(json)), verify_us: await median(() => suite.verify(signed)),
    });
  }
}
print(rows);
