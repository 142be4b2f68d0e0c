import { expect, test } from 'vitest';
import { shortenable } from './shortenable.js';

const site = 'https://hex.example.org';

test.each([
  'https://hex.pm/diffs?diffs[]=ecto:1.0.0:2.0.0&diffs[]=plug:1.0.0:1.1.0',
  'https://hex.pm/diff/ecto/1.0.0..2.0.0',
  'https://hex.example.org/packages/acme/wax',
  'https://hex.example.org/',
])('%s may be made short', (url) => {
  expect(shortenable(url, site)).toBe(url);
});

test.each([
  ...['', 'hex.pm/diffs', 'https://hex.pm/', 'https://hex.pm/packages/ecto', 'http://hex.pm/diffs', '//hex.pm/diffs'],
  ...[
    'https://hex.pm.evil.example/diffs',
    'https://evil.example/https://hex.pm/diffs',
    'https://hex.pm@evil.example/diffs',
  ],
  ...[
    'https://user:pass@hex.pm/diffs',
    'https://hex.pm:444/diffs',
    'https://hex.pm/diffs/../packages',
    'https://hex.pm/different',
  ],
  ...[
    'http://hex.example.org/',
    'https://hex.example.org.evil.example/',
    'javascript:alert(1)',
    'https://hex.example.org/l/abc',
  ],
  `https://hex.pm/diffs?${'x'.repeat(8000)}`,
])('%s may not', (url) => {
  expect(shortenable(url, site)).toBeNull();
});
