import { beforeAll, describe, expect, test } from 'vitest';
import { Policies } from '../../src/policies/policies.js';
import { useApp } from '../support/app.js';
import { type Browsing, browse, type Fields } from '../support/browsing.js';
import { ask } from '../support/http.js';
import { team, type Team, unique } from '../support/people.js';

const app = useApp();
let acme: Team;
let admin: Browsing;
beforeAll(async () => {
  acme = await team(app);
  admin = await browse(app, acme.people.admin);
});

const at = (path = '') => `/orgs/${acme.name}/policies${path}`;
const BASE = { name: 'strict', description: 'For production', visibility: 'private', 'r0-repository': 'hexpm' };
const stored = (name: string) => app.app.get(Policies).named(acme.organization, name);

/** The fields of the form as a browser without scripts would send them again. */
function fieldsOf(page: string): Fields {
  const fields: Record<string, string> = {};
  const form = /<form method="post" action="[^"]*policies[^"]*"[\s\S]*?<\/form>/.exec(page)![0];
  for (const [, attributes] of form.matchAll(/<input([^>]*)>/g)) {
    const value = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(attributes!)?.[1];
    const isOff = /type="(radio|checkbox)"/.test(attributes!) && !/\bchecked\b/.test(attributes!);
    if (!isOff && value('name') !== undefined) fields[value('name')!] = value('value') ?? '';
  }
  for (const [, name, options] of form.matchAll(/<select[^>]*name="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g))
    fields[name!] = /<option value="([^"]*)"[^>]*\bselected/.exec(options!)?.[1] ?? '';
  return fields;
}

describe('the form', () => {
  test('works row by row without a script, and what was typed stays', async () => {
    const empty = await admin.get(at('/new'));
    expect(empty.text).toContain('Packages of hexpm');
    const one = await admin.post(at('/new'), {
      ...fieldsOf(empty.text),
      ...BASE,
      'r0-cooldown': '7d',
      do: 'add-override 0',
    });
    expect(one.status).toBe(200);
    const typed = { ...fieldsOf(one.text), 'r0-o0-package': 'plug', 'r0-o0-action': 'deny' };
    expect(typed).toMatchObject({ name: 'strict', 'r0-cooldown': '7d', 'r0-o0-comment': '' });
    const two = await admin.post(at('/new'), { ...typed, do: 'add-override 0' });
    const more = { ...fieldsOf(two.text), 'r0-o1-package': 'wax', 'r0-o1-comment': 'why "not" <b>' };
    const another = await admin.post(at('/new'), { ...more, another: acme.name, do: 'add-repository' });
    expect(another.text).toContain(`Packages of ${acme.name}`);
    const less = await admin.post(at('/new'), { ...fieldsOf(another.text), do: 'remove-override 0 0' });
    const left = fieldsOf(less.text);
    expect(left).toMatchObject({ 'r0-o0-package': 'wax', 'r1-repository': acme.name });
    expect(left).not.toHaveProperty('r0-o1-package');
    await expect(stored('strict')).rejects.toMatchObject({ kind: 'not_found' });

    const saved = await admin.submit(at('/new'), { ...left, 'r0-o0-comment': 'because', do: 'save' });
    expect(saved.text).toContain('strict is there');
    expect((await stored('strict')).repositories).toMatchObject([
      { restriction: { cooldown: '7d' }, overrides: [{ action: 'allow', package: 'wax', comment: 'because' }] },
      { repository: acme.name, overrides: [] },
    ]);
    const file = await ask(`${app.url}/repo/repos/${acme.name}/policies/strict`, { key: acme.fetchKey });
    expect(file.status).toBe(200);
  });

  test('says beside each field what is wrong with it, and keeps the rest', async () => {
    const wrong = {
      'r0-cooldown': 'soon',
      'r0-o3-action': 'advisory',
      'r0-o3-package': 'Plug',
      'r0-o3-reason': 'other',
    };
    const { status, text } = await admin.post(at('/new'), { ...BASE, ...wrong, name: 'other', do: 'save' });
    expect(status).toBe(422);
    for (const words of ['such as 7d', 'Must be the name of a package', 'can&#39;t be blank', 'value="Plug"'])
      expect(text.replaceAll("Can't", 'can&#39;t')).toContain(words);
    expect(fieldsOf(text)).toMatchObject({ 'r0-o0-action': 'advisory', 'r0-o0-reason': 'other' });
  });

  test.each<[string, Fields, string]>([
    ['a name that is taken', { name: 'strict' }, 'already been taken'],
    ['a name that is none', { name: 'Strict!' }, '3 to 64 small letters'],
    ['a name that is an address', { name: 'new' }, 'is reserved'],
  ])('refuses %s', async (_what, fields, words) => {
    await admin.post(at('/new'), { ...BASE, do: 'save' });
    const { status, text } = await admin.post(at('/new'), { ...BASE, ...fields, do: 'save' });
    expect([status, text.toLowerCase()]).toEqual([422, expect.stringContaining(words)]);
  });

  test('refuses to show private packages to everybody', async () => {
    const fields = { ...BASE, name: 'shown', visibility: 'public', 'r1-repository': acme.name, do: 'save' };
    const { status, text } = await admin.post(at('/new'), fields);
    expect([status, text]).toEqual([422, expect.stringContaining('cannot be part of a public policy')]);
  });

  test.each(['nothing', 'remove-override 7 7', 'add-override 99', 'remove-repository 99', 'add-repository', 'x y'])(
    'is not confused by %j',
    async (button) => {
      const { status } = await admin.post(at('/new'), { name: unique('odd'), visibility: 'private', do: button });
      expect([200, 303]).toContain(status);
    },
  );

  test('changes one that is there, whose name stays', async () => {
    await admin.post(at('/new'), { ...BASE, name: 'moving', do: 'save' });
    const edit = await admin.get(at('/moving/edit'));
    const fields = { ...fieldsOf(edit.text), name: 'elsewhere', 'r0-severity': 'critical', do: 'save' };
    const page = await admin.submit(at('/moving/edit'), fields);
    expect(page.text).toContain('moving has been saved');
    expect((await stored('moving')).repositories[0]?.restriction.advisoryMinSeverity).toBe('critical');
    await expect(stored('elsewhere')).rejects.toMatchObject({ kind: 'not_found' });
  });
});

test('the page has the lines to paste, and escapes what people wrote', async () => {
  const comment = '<script>alert(1)</script>';
  await admin.post(at('/new'), {
    ...{ ...BASE, name: 'shown', description: '<i>hello</i>', do: 'save' },
    ...{ 'r0-o0-action': 'allow', 'r0-o0-package': 'plug', 'r0-o0-comment': comment },
  });
  const reader = await browse(app, acme.people.read);
  const { text } = await reader.get(at('/shown'));
  for (const line of [`HEX_POLICY=hexpm:${acme.name}/shown mix deps.get`, `HEX_POLICY=${acme.name}/shown mix deps.get`])
    expect(text).toContain(line);
  expect(text).toContain('&lt;script>');
  expect(text).not.toContain('<i>hello');
  expect(text).not.toContain('Delete the policy');
  expect((await reader.get(at())).text).toContain('1 exception');
});

test('deleted, it is gone for clients too, and the log has all of it', async () => {
  await admin.post(at('/new'), { ...BASE, name: 'doomed', do: 'save' });
  const page = await admin.submit(at('/doomed/delete'));
  expect(page.text).toContain('doomed has been deleted');
  const file = await ask(`${app.url}/repo/repos/${acme.name}/policies/doomed`, { key: acme.fetchKey });
  expect(file.status).toBe(404);
  expect((await admin.get(at('/doomed'))).status).toBe(404);
  const { text } = await admin.get(`/orgs/${acme.name}/audit`);
  expect(text).toContain('made a policy');
  expect(text).toContain('deleted a policy');
});
