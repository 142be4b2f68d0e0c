import { expect, test } from 'vitest';
import { networkOf, placeOf } from './places.js';

test.each([
  ['8.8.8.8', 'United States'],
  ['2001:4860:4860::8888', 'United States'],
  ['::ffff:8.8.8.8', 'United States'],
  ['127.0.0.1', 'this network'],
  ['192.168.1.7', 'this network'],
  ['172.32.0.1', 'United States'],
  ['::1', 'this network'],
  ['fd12::1', 'this network'],
  ['', 'an unknown place'],
  ['not an address', 'an unknown place'],
  [null, 'an unknown place'],
])('%s is in %s', (ip, place) => {
  expect(placeOf(ip)).toBe(place);
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  [undefined, 'unknown'],
])('%s counts as %s', (ip, network) => {
  expect(networkOf(ip)).toBe(network);
});
