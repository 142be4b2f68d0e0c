import { expect, test } from 'vitest';
import { useApp } from '../support/app.js';
import { ask } from '../support/http.js';
const app = useApp({ env: { PUBLIC_REPOSITORY: 'hexpm' } });
test('x', async () => {
  const { body, status } = await ask(`${app.url}/api/openapi.json`);
  expect(status).toBe(200);
  (await import('node:fs')).writeFileSync('/tmp/openapi.json', JSON.stringify(body, null, 1));
});
