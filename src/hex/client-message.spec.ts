import { describe, expect, test } from 'vitest';
import { clientMessage, printsMessages } from './client-message.js';

describe('who prints messages', () => {
  const after = (client: string) => `hex_core/0.19.0 ${client} (elixir/1.18.4) (OTP/27) (erts/15.2)`;

  test.each([
    ...['hex/2.5.0', 'hex/2.5.1', 'hex/2.5.2-dev', 'hex/2.10.0', 'hex/3.0.0-rc.1', 'hex/2.5.0+build'].map(after),
    ...['hex/2.5.0', 'hex_core/0.19.0 hex/2.5.2-dev'],
  ])('%s', (userAgent) => {
    expect(printsMessages(userAgent)).toBe(true);
  });

  test.each([
    ...['hex/2.4.2', 'hex/2.5.0-rc.1', 'hex/2.5.0-dev', 'hex/0.20.6', 'hex/2.5', 'hex/9', 'hex/x', 'hex/'].map(after),
    ...['hex_core/2.5.0 (httpc) (OTP/27) (erts/15.2)', 'rebar3/3.25.0 (OTP/27)', 'ahex/2.5.0', 'x (hex/2.5.0)'],
    ...['', undefined, 'curl/8.0', `hex/${'1'.repeat(100)}.0.0`],
  ])('not %s', (userAgent) => {
    expect(printsMessages(userAgent)).toBe(false);
  });
});

test('a message is what the client’s parser bears: one quoted text of printable ASCII', () => {
  expect(clientMessage('all is well', 'warn')).toBe('"all is well"; level=warn');
  const strange = clientMessage('say "no"; level=fatal\r\nset-cookie: ö\u202e\u001b[31m', 'fatal');
  expect(strange).toBe(`"say 'no'; level=fatal??set-cookie: ???[31m"; level=fatal`);
  expect(strange).toMatch(/^"[\x20-\x21\x23-\x7e]*"; level=fatal$/);
});
