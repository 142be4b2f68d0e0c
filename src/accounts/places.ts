import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { Reader } from 'mmdb-lib';

const DATA = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';
const countries = new Intl.DisplayNames(['en'], { type: 'region' });

const own = new BlockList();
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const)
  own.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  own.addSubnet(network, bits, 'ipv6');

let reader: { get(address: string): unknown } | undefined;

/**
 * Roughly where an address is: a country, by a table that lies beside the code (CC0, made from the registries' public
 * records), so that nobody is asked about the people who log in here.
 */
export function placeOf(ip: string | null | undefined): string {
  const address = plain(ip);
  if (isIP(address) === 0) return 'an unknown place';
  if (own.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')) return 'this network';
  // Read when it is first needed: 8 MB that commands and most tests can do without.
  reader ??= new Reader(readFileSync(createRequire(import.meta.url).resolve(DATA)));
  const found = reader.get(address) as { country_code?: string } | null;
  const code = found?.country_code;
  return (code !== undefined && /^[A-Z]{2}$/.test(code) && countries.of(code)) || 'an unknown place';
}

/**
 * For limits: the address, or of an IPv6 one the /64 it belongs to, since whoever has one of those has all 2^64 addresses
 * in it.
 */
export function networkOf(ip: string | null | undefined): string {
  const address = plain(ip);
  if (isIP(address) !== 6) return address === '' ? 'unknown' : address;
  // The WHATWG parser writes an address in its shortest form, the same for every spelling.
  const [head = '', tail] = new URL(`http://[${address.split('%')[0]!}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  return `${[...before, ...middle, ...after].slice(0, 4).join(':')}::/64`;
}

/** Without the prefix of an IPv4 address that came over an IPv6 socket. */
const plain = (ip: string | null | undefined): string => (ip ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
