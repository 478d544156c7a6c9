// Our context files and sample documents, and a document loader that knows nothing else.
import fs from 'node:fs';

const CONTEXTS = new URL('../../schemas/contexts/', import.meta.url);
const SAMPLES = [new URL('./documents/', import.meta.url), new URL('../../benches/documents/', import.meta.url)];
const VECTORS = new URL('../vectors/contexts/', import.meta.url);
const read = (folder, name) => JSON.parse(fs.readFileSync(new URL(name, folder), 'utf8'));

// URL → file, read out of the table in schemas/contexts/SOURCE.md: one row per context.
export const URLS = new Map(
  [...fs.readFileSync(new URL('SOURCE.md', CONTEXTS), 'utf8').matchAll(/^\| `(\S+)` \| `(\S+\.json)` \|/gm)]
    .map(([, url, file]) => [url, file]));

const cache = new Map();

// Our text of the context with this URL, parsed; an error for any other URL.
export function ours(url) {
  if (!URLS.has(url)) throw new Error(`unknown context ${url}`);
  if (!cache.has(url)) cache.set(url, read(CONTEXTS, URLS.get(url)));
  return cache.get(url);
}

// The sample documents, by file name: those here and those of the benches.
export const samples = () => SAMPLES.flatMap(folder =>
  fs.readdirSync(folder).filter(name => name.endsWith('.json')).sort().map(name => [name, read(folder, name)]));

// Documents with canonical N-Quads made from the published contexts: name, document, N-Quads.
export const knownAnswers = () => fs.readdirSync(VECTORS).filter(name => name.endsWith('.json')).sort().map(name =>
  [name, read(VECTORS, name), fs.readFileSync(new URL(name.replace('.json', '.nq'), VECTORS), 'utf8')]);

const PUBLISHED = 'https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_';

// A schema of draft 2020-12 in the words of draft 2019-09, which verifier-core reads.
const in2019 = schema => JSON.parse(JSON.stringify(schema), (_, value) => {
  if (!Array.isArray(value?.prefixItems)) return value;
  const {prefixItems, items, ...rest} = value;
  return {...rest, items: prefixItems, ...(items === undefined ? {} : {additionalItems: items})};
});

// Our JSON Schemas under the URLs that credentials name.
export function schemas() {
  const folder = new URL('../../schemas/', import.meta.url);
  const told = (url, name) => [url, {
    ...in2019(read(folder, name)), $schema: 'https://json-schema.org/draft/2019-09/schema', $id: url,
  }];
  return new Map([
    told('urn:skillmark:schema:achievement-credential', 'achievement-credential.schema.json'),
    told(`${PUBLISHED}achievementcredential_schema.json`, 'achievement-credential.schema.json'),
    told(`${PUBLISHED}endorsementcredential_schema.json`, 'endorsement-credential.schema.json'),
  ]);
}
