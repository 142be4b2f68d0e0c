import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodePolicy, encodePolicy, type Override, type Policy } from './policy.js';

const golden = readFileSync('test/golden/hex-bytes/policy.payload');

const override = (action: Override['action'], name: string, more: Partial<Override> = {}): Override => ({
  ...{ action, package: name, requirement: null, advisoryId: null, retirementReason: null, comment: null },
  ...more,
});
const open = { advisoryMinSeverity: null, retirementReasons: [], cooldown: null };

const policy: Policy = {
  ...{ repository: 'acme', name: 'strict-prod', description: 'Was geprüft ist', visibility: 'public' },
  repositories: [
    {
      repository: 'hexpm',
      restriction: { advisoryMinSeverity: 'none', retirementReasons: ['other', 'security'], cooldown: '2w' },
      overrides: [
        override('allow', 'plug', { requirement: '~> 1.18', comment: 'Reviewed' }),
        override('deny', 'evil'),
        override('advisory', 'plug', { advisoryId: 'CVE-2026-1' }),
        override('retirement', 'old', { retirementReason: 'other' }),
        override('cooldown', 'hotfix', { requirement: '== 2.0.1' }),
      ],
    },
    { repository: 'acme', restriction: { ...open, cooldown: '0' }, overrides: [] },
    { repository: 'other', restriction: open, overrides: [] },
  ],
};

test('is the bytes that hex_core encodes', () => {
  expect(Buffer.from(encodePolicy(policy))).toEqual(golden);
});

test('is read back from what hex_core encodes', () => {
  expect(decodePolicy(golden)).toEqual(policy);
});

test('without words and rules it is read back as well', () => {
  const bare: Policy = { ...policy, description: null, visibility: 'private', repositories: [] };
  expect(decodePolicy(encodePolicy(bare))).toEqual(bare);
});
