import { describe, expect, test } from 'vitest';
import { csvEntry, csvHead, csvLine, jsonEntry } from './audit-formats.js';
import { type AuditEntry } from './audit-entry.entity.js';

const entry: AuditEntry = {
  ...{ id: '7', action: 'release.publish', actorKind: 'user', actorName: 'ada', userId: '1', organizationId: null },
  ...{ keyId: '3', keyName: '=cmd|x', subjectOrganizationId: '2', subjectUserId: null },
  ...{ params: { package: 'wax', note: 'say "hi"' }, ip: '2001:db8::1', userAgent: '+SUM(A1),"x"\r\nevil' },
  ...{ requestId: null, at: new Date('2026-01-02T03:04:05.678Z') },
};

describe('CSV', () => {
  test('a line has as many fields as the head', () => {
    expect(parse(csvHead + csvEntry(entry)).map((line) => line.length)).toEqual([10, 10]);
  });

  test('what was written down comes back, but formulas do not', () => {
    const [, line] = parse(csvHead + csvEntry(entry));
    expect(line).toEqual([
      ...['2026-01-02T03:04:05.678Z', 'user', 'ada', "'=cmd|x", 'release.publish'],
      ...['{"package":"wax","note":"say \\"hi\\""}', '2001:db8::1', '\'+SUM(A1),"x"\r\nevil', '', '7'],
    ]);
  });

  test.each(['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '  =1', ' @x', '＝1', '"=1'])(
    '%j starts no formula',
    (text) => {
      const [[field = '']] = parse(csvLine([text])) as [string[]];
      expect(field.trimStart()).not.toMatch(/^[=+\-@]/);
      expect(field.replace(/^'/, '')).toBe(text);
    },
  );

  test('plain text is left alone', () => {
    expect(csvLine(['a', '', 'b c', null])).toBe('a,,b c,\r\n');
  });
});

test('JSON lines: one line, whatever is in it', () => {
  const line = jsonEntry(entry);
  expect(line.split('\n')).toHaveLength(2);
  expect(JSON.parse(line)).toMatchObject({
    actor: { kind: 'user', name: 'ada' },
    key: '=cmd|x',
    user_agent: entry.userAgent,
  });
});

/** RFC 4180, by the book. */
function parse(text: string): string[][] {
  const lines: string[][] = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  while (field.lastIndex < text.length) {
    const [, quoted, plain = '', end] = field.exec(text)!;
    lines.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\r\n' && field.lastIndex < text.length) lines.push([]);
  }
  return lines;
}
