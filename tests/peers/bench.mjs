// Times the npm peers in this process: node bench.mjs [--windows N] document.json ...
//
// Each document is issued and verified per suite, JSON text in and JSON text out: a warm-up, then N windows (7 unless
// told) of 0.3 s of CPU time each; the median window counts. CPU time and not the clock, so that a busy machine does
// not count against npm; windows and not single calls, so that collecting garbage counts as the work it is.
// Prints [{"document", "suite", "issue_us", "verify_us"}], µs a document.
// The key is the one the documents name as their issuer: a seed of 32 bytes of value 7, worth nothing.
import fs from 'node:fs';
import {basename} from 'node:path';
import {keyPair, print} from './keys.mjs';
import {issueJwt, issueProof, publicJwk, verifyJwt, verifyProof} from './peer.mjs';

const args = process.argv.slice(2);
const flag = args.indexOf('--windows');
const windows = flag < 0 ? 7 : Number(args.splice(flag, 2)[1]);
const seed = '07'.repeat(32);
const pair = await keyPair(seed);
const key = await publicJwk(pair);

const WINDOW_US = 300_000;
const cpu = () => { const {user, system} = process.cpuUsage(); return user + system; };

async function median(work) {
  const times = [];
  for (let window = -1; window < windows; window += 1) { // the first one warms up
    const start = cpu();
    let done = 0;
    while (cpu() - start < WINDOW_US) { await work(); done += 1; }
    if (window >= 0) times.push((cpu() - start) / done);
  }
  return times.sort((a, b) => a - b)[Math.floor(windows / 2)];
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
  const json = text(JSON.parse(fs.readFileSync(path, 'utf8'))); // without white space
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
