// Canonical N-Quads as npm jsonld and rdf-canonize make them: one JSON document a line in, one answer a line out,
// {"quads": "…"} or {"error": "…"}. Safe mode, no base, our pinned contexts and nothing else.
import readline from 'node:readline';
import jsonld from 'jsonld';
import {loader} from './keys.mjs';

const documentLoader = loader();

async function answer(line) {
  try {
    const quads = await jsonld.canonize(JSON.parse(line), {
      documentLoader, safe: true, base: null, rdfDirection: 'i18n-datatype',
      canonizeOptions: {algorithm: 'RDFC-1.0', maxWorkFactor: 3, signal: AbortSignal.timeout(5000)},
    });
    return {quads};
  } catch (error) {
    const event = error.details?.event;
    return {error: `${event?.code ?? error.details?.code ?? ''}: ${error.message}`};
  }
}

for await (const line of readline.createInterface({input: process.stdin})) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
