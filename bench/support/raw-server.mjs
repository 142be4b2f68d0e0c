// @ts-check
// The same work as the delivery in plain Node, written for nothing but speed: token, LRU of bytes, ETag, 304, the same heads. No
// revocation, no standing, no ranges, no counts: the bound of what can be had.
import { hash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';

const [port, keysFile, root] = process.argv.slice(2);
const known = new Map(
  readFileSync(String(keysFile), 'utf8')
    .split('\n')
    .map((key) => [hash('sha256', key, 'base64'), 'acme']),
);
/** @typedef {{ bytes: Buffer, etag: string, length: string }} Entry */
/** @type {LRUCache<string, Entry>} */
const cache = new LRUCache({ maxSize: 96 * 1024 * 1024, sizeCalculation: ({ bytes }) => bytes.length + 512 });

/** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response @param {Entry} entry */
function answer(request, response, { bytes, etag, length }) {
  const id = randomUUID();
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, [
      ...['x-request-id', id, 'x-content-type-options', 'nosniff'],
      ...['cache-control', 'private, no-cache', 'vary', 'authorization', 'etag', etag],
    ]);
    response.end();
    return;
  }
  response.writeHead(200, [
    ...['x-request-id', id, 'x-content-type-options', 'nosniff'],
    ...['cache-control', 'private, no-cache', 'vary', 'authorization', 'etag', etag],
    ...['content-type', 'application/octet-stream', 'content-length', length],
  ]);
  response.end(bytes);
}

/** @param {string} url */
async function load(url) {
  if (!/^\/repo\/repos\/[a-z0-9_]+\/(packages|tarballs)\/[A-Za-z0-9._+-]+$/.test(url)) throw new Error('no such file');
  const bytes = await readFile(join(String(root), url));
  const entry = { bytes, etag: `"${hash('sha256', bytes)}"`, length: String(bytes.length) };
  cache.set(url, entry);
  return entry;
}

const server = createServer((request, response) => {
  const { url = '', headers } = request;
  if (headers.authorization === undefined || !known.has(hash('sha256', headers.authorization, 'base64'))) {
    response.writeHead(401).end();
    return;
  }
  const entry = cache.get(url);
  if (entry !== undefined) return answer(request, response, entry);
  load(url).then(
    (loaded) => answer(request, response, loaded),
    () => response.writeHead(404).end(),
  );
});
server.keepAliveTimeout = 75_000;
server.timeout = 90_000;
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
