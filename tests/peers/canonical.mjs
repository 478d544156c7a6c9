// Canonical N-Quads of documents by npm jsonld and rdf-canonize, under our context files (RDFC-1.0, safe mode, base
// null, i18n-datatype): an oracle for `rdf`.
//
// standard input   one JSON document a line
// standard output  [{"nquads": "..."} | {"refused": "invalid property"}], in the same order
import jsonld from 'jsonld';
import {loader, print} from './keys.mjs';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const lines = Buffer.concat(chunks).toString('utf8').split('\n').filter(line => line !== '');

const answers = [];
for (const line of lines) {
  try {
    answers.push({nquads: await jsonld.canonize(JSON.parse(line), {
      algorithm: 'RDFC-1.0', format: 'application/n-quads', base: null, safe: true,
      rdfDirection: 'i18n-datatype', documentLoader: loader(),
    })});
  } catch (error) {
    answers.push({refused: error.details?.event?.code ?? error.details?.code ?? error.message});
  }
}
print(answers);
