import { expect, test } from 'vitest';
import { isRegistered, redirectProblem } from './redirect-uris.js';

test.each(['https://a.example/cb', 'https://a.example/cb?x=1', 'http://127.0.0.1/cb', 'http://[::1]:4000/cb'])(
  '%s can be registered',
  (uri) => expect(redirectProblem(uri)).toBeNull(),
);

test.each([
  ...['', 'a.example', '/cb', 'http://a.example/cb', 'http://localhost/cb', 'ftp://a.example', 'javascript:alert(1)'],
  ...['data:text/html,x', 'https://a.example/cb#f', 'https://a.example/cb#', 'https://u:p@a.example/cb', 'app:/cb'],
  ...['https://a.example/c b', 'http://127.0.0.2/cb', 'http://127.0.0.1.evil.example/cb', 'https://'],
])('%s cannot', (uri) => expect(redirectProblem(uri)).not.toBeNull());

const registered = ['https://a.example/cb', 'http://127.0.0.1/cb', 'http://[::1]:4000/cb'];

test.each([...registered, 'http://127.0.0.1:8080/cb', 'http://[::1]:5000/cb', 'http://[::1]/cb'])(
  '%s is one of the registered',
  (uri) => expect(isRegistered(registered, uri)).toBe(true),
);

test.each([
  ...['https://a.example/cb/', 'https://a.example/cb?x', 'https://a.example:443/cb', 'https://A.example/cb', ''],
  ...['https://a.example:8443/cb', 'http://a.example/cb', 'http://127.0.0.1:80/cb/x', 'http://127.0.0.1:8080/cb?x=1'],
  ...[
    'https://127.0.0.1/cb',
    'http://localhost/cb',
    'http://127.0.0.1@evil.example/cb',
    'https://a.example/cb#x',
    'noise',
  ],
])('%s is not', (uri) => expect(isRegistered(registered, uri)).toBe(false));
