// @ts-check
// What nginx asks with auth_request: is this token known? As little as Node can do for it.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [port, keysFile] = process.argv.slice(2);
const known = new Map(
  readFileSync(String(keysFile), 'utf8')
    .split('\n')
    .map((key) => [hash('sha256', key, 'base64'), 'acme']),
);
const server = createServer((request, response) => {
  const token = request.headers.authorization;
  response.writeHead(token !== undefined && known.has(hash('sha256', token, 'base64')) ? 204 : 401);
  response.end();
});
server.keepAliveTimeout = 75_000;
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
