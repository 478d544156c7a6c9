// Our context files and sample documents, and a document loader that knows nothing else.
import fs from 'node:fs';

const CONTEXTS = new URL('../../schemas/contexts/', import.meta.url);
const SAMPLES = new URL('./documents/', import.meta.url);
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

export const sampleNames = () => fs.readdirSync(SAMPLES).filter(name => name.endsWith('.json')).sort();
export const sample = name => read(SAMPLES, name);
