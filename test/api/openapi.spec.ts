import { Validator } from '@seriousme/openapi-schema-validator';
import { format, resolveConfig } from 'prettier';
import { beforeAll, expect, test } from 'vitest';
import { apiReference } from '../support/api-reference.js';
import { useApp } from '../support/app.js';
import { ask } from '../support/http.js';
import { routesOf } from '../support/routes.js';

// The address is everywhere in it, so that what stands in the repository does not depend on the test's port.
const app = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm', PUBLIC_URL: 'https://hex.example.org' } });
let document: any;
let at: string;

beforeAll(async () => {
  at = `http://127.0.0.1:${app.config.port}`;
  document = (await ask(`${at}/api/openapi.json`)).body;
});

test('is a valid OpenAPI 3.1 document', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(document));
  expect([valid, errors]).toEqual([true, undefined]);
  expect(validator.version).toBe('3.1');
  expect(document.servers).toEqual([{ url: 'https://hex.example.org' }]);
});

test('speaks of every route, with all of its parameters, and of no other', () => {
  const described = Object.entries<any>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  );
  const routes = routesOf(app).filter((route) => / \/(api|\.well-known)(\/|$)/.test(route));
  expect(routes.length).toBeGreaterThan(80);
  expect(described.toSorted()).toEqual(routes.toSorted());
  for (const [path, methods] of Object.entries<any>(document.paths))
    for (const { parameters = [] } of Object.values<any>(methods)) {
      const named = parameters
        .filter((one: any) => one.in === 'path')
        .map(({ name, description }: any) => [name, description]);
      expect(named.map(([name]: string[]) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      expect(named.map(([, description]: string[]) => description)).not.toContain('');
    }
});

test('ids are unique, and every shape that is spoken of is there', () => {
  const operations = Object.values<any>(document.paths).flatMap((methods) => Object.values<any>(methods));
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const shapes = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect([...new Set(shapes)].toSorted()).toEqual(Object.keys(document.components.schemas).toSorted());
});

test('what is checked is what is described: a field that the description asks for is missed', async () => {
  const { required, properties } = document.components.schemas.NewKeyInput;
  expect([required, Object.keys(properties)]).toEqual([['name'], ['name', 'permissions', 'revoke_at']]);
});

test('can be read by anybody, in both languages, and again only when it has changed', async () => {
  const answer = await ask(`${at}/api/openapi.json`);
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  const again = await ask(`${at}/api/openapi.json`, { headers: { 'if-none-match': answer.headers.get('etag')! } });
  expect(again.status).toBe(304);
  expect((await ask(`${at}/api/openapi.json`, { erlang: true })).body).toEqual(document);
});

test('docs/api.md says the same', async () => {
  const file = new URL('../../docs/api.md', import.meta.url).pathname;
  const text = await format(apiReference(document), { ...(await resolveConfig(file)), parser: 'markdown' });
  await expect(text).toMatchFileSnapshot(file);
});
