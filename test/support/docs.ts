import { gzipSync } from 'node:zlib';
import { tar } from '../golden/hex-bytes/make/tar-bytes.js';
import { type Answer, ask } from './http.js';

/** A documentation tarball with an index and these files besides. */
export const docsTarball = (files: Readonly<Record<string, string | Buffer>> = {}): Buffer =>
  gzipSync(tar(Object.entries({ 'index.html': '<h1>docs</h1>', ...files }).map(([name, body]) => ({ name, body }))));

/** `release` is the address of a release in the API. */
export const publishDocs = (release: string, key: string | undefined, bytes: Buffer, erlang = false): Promise<Answer> =>
  ask(`${release}/docs`, { method: 'POST', key, bytes, erlang });
