import { gzipSync } from 'node:zlib';
import {
  directory,
  longName,
  type Parts,
  parts,
  pax,
  type RawEntry,
  record,
  symlink,
  tar,
  tarball,
} from '../golden/hex-bytes/make/tar-bytes.js';
import { metadataOf, type PackageSpec } from './tarballs.js';

/** Something no honest tool uploads, and the words in which it must be refused. */
export interface Hostile {
  readonly what: string;
  readonly bytes: () => Buffer;
  /** What `errors` of the answer must be. */
  readonly errors: unknown;
}

const NAME = 'hostile';
const MIB = 1024 * 1024;
const metadata = (spec: Partial<PackageSpec> = {}) => metadataOf({ name: NAME, ...spec }, ['mix.exs']);
const made = (given: Parts = {}) => tarball({ 'metadata.config': metadata(), ...given });
const holding = (...entries: RawEntry[]) => made({ 'contents.tar.gz': gzipSync(tar(entries)) });
const four = () => Object.values(parts({ 'metadata.config': metadata() }));
const saying = (text: string) => made({ 'metadata.config': metadata() + text });
const instead = (from: string, to: string) => made({ 'metadata.config': metadata().replace(from, to) });

const tarFault = (tar: string) => ({ tar });
const meta = (field: string, message: string) => ({ meta: { [field]: message } });

export const wellFormed = (): Buffer => made();

/** Made once, since compressing takes longer than being refused. */
const once = (make: () => Buffer): (() => Buffer) => {
  let bytes: Buffer | undefined;
  return () => (bytes ??= make());
};
const squeezed = (bytes: Buffer) => made({ 'contents.tar.gz': gzipSync(bytes, { level: 1 }) });

/** Small uploads that become large: 200 MiB of zeros, as a file of a package and as nothing at all. */
export const bombs = [
  once(() => squeezed(tar([{ name: 'zeros', body: Buffer.alloc(200 * MIB) }]))),
  once(() => squeezed(Buffer.alloc(200 * MIB))),
] as const;
const crowd = once(() => squeezed(tar(Array.from({ length: 50_001 }, (_, n) => ({ name: `f${n}` })))));

/** A message of which only the beginning matters here. */
function containing(part: string): string {
  return `…${part}`;
}

const outer: [string, () => Buffer, string][] = [
  ['nothing', () => Buffer.alloc(0), 'invalid tarball: it ends too early'],
  ['a web page', () => Buffer.from('<html>'.repeat(200)), 'invalid tarball: it is not a ustar archive'],
  ['cut in the first header', () => made().subarray(0, 300), 'invalid tarball: it ends too early'],
  ['cut in the metadata', () => made().subarray(0, 2300), 'invalid tarball: it ends too early'],
  ['cut before its end', () => made().subarray(0, -1), 'invalid tarball: it ends too early'],
  ['compressed as a whole', () => gzipSync(made()), 'invalid tarball: it is gzip-compressed, a plain tar is expected'],
  ['two tarballs', () => Buffer.concat([made(), made()]), 'invalid tarball: there is data behind its end'],
  ['without a checksum', () => tar(four().filter(({ name }) => name !== 'CHECKSUM')), 'missing files: CHECKSUM'],
  ['an empty archive', () => tar([]), 'missing files: VERSION, CHECKSUM, metadata.config, contents.tar.gz'],
  ['a second VERSION', () => tar([...four(), { name: 'VERSION', body: '3' }]), 'duplicate file in tarball: VERSION'],
  [
    'a second metadata.config',
    () => tar([...four(), { name: 'METADATA.config' }]),
    'duplicate file in tarball: METADATA.config',
  ],
  [
    'a member outside',
    () => tar([...four(), { name: '../VERSION' }]),
    'unsafe path in tarball: ../VERSION (only plain file names are allowed)',
  ],
  [
    'a link for a member',
    () => tar([...four(), symlink('link', '/etc/passwd')]),
    'unsupported file type in tarball: link (symlink)',
  ],
  [
    'a hard link for a member',
    () => tar([...four(), { name: 'a', type: '1', link: 'VERSION' }]),
    'unsupported file type in tarball: a (hard link)',
  ],
  [
    'a lying pax size',
    () => tar([pax(record('size', '512')), ...four()]),
    'invalid tarball: a pax header disagrees with the size of its file',
  ],
  [
    'a claim of 8 GiB',
    () => tar([{ name: 'VERSION', body: '3', size: 0o77777777777 }]),
    'file too big: VERSION has 8589934591 bytes, at most 32 are allowed',
  ],
  [
    'a wrong checksum',
    () => made({ CHECKSUM: '0'.repeat(64) }),
    'invalid checksum: CHECKSUM does not match the files of the tarball',
  ],
  ['no checksum in CHECKSUM', () => made({ CHECKSUM: 'x' }), 'invalid checksum: CHECKSUM is not 64 hexadecimal digits'],
  ['version 2', () => made({ VERSION: '2' }), 'unsupported version: "2"'],
  ['version 3 and a newline', () => made({ VERSION: '3\n' }), 'unsupported version: "3\\u{a}"'],
  [
    'metadata of more than a megabyte',
    () => saying(`{<<"more">>,<<"${'x'.repeat(MIB)}">>}.\n`),
    containing('file too big: metadata.config has'),
  ],
];

const contents: [string, () => Buffer, string][] = [
  [
    'no gzip',
    () => made({ 'contents.tar.gz': Buffer.from('plain') }),
    'invalid contents.tar.gz: it is not gzip-compressed',
  ],
  [
    'a broken gzip',
    () => made({ 'contents.tar.gz': gzipSync(tar([{ name: 'a' }])).subarray(0, 40) }),
    containing('invalid contents.tar.gz'),
  ],
  [
    'a path that climbs',
    () => holding({ name: '../../etc/cron.d/x' }),
    'unsafe path in contents.tar.gz: ../../etc/cron.d/x (it leaves its directory)',
  ],
  [
    'a path that climbs inside',
    () => holding({ name: 'lib/../../x' }),
    'unsafe path in contents.tar.gz: lib/../../x (it leaves its directory)',
  ],
  [
    'an absolute path',
    () => holding({ name: '/etc/passwd' }),
    'unsafe path in contents.tar.gz: /etc/passwd (absolute path)',
  ],
  ['a drive', () => holding({ name: 'C:/x' }), 'unsafe path in contents.tar.gz: C:/x (absolute path)'],
  ['backslashes', () => holding({ name: '..\\x' }), 'unsafe path in contents.tar.gz: ..\\x (backslash)'],
  [
    'a path in a pax header',
    () => holding(pax(record('path', '../x')), { name: 'x' }),
    'unsafe path in contents.tar.gz: ../x (it leaves its directory)',
  ],
  [
    'a long name that climbs',
    () => holding(longName('../x'), { name: 'x' }),
    'unsafe path in contents.tar.gz: ../x (it leaves its directory)',
  ],
  [
    'a terminal’s colours',
    () => holding({ name: 'a\x1b[31m' }),
    'unsafe path in contents.tar.gz: a\\u{1b}[31m (control character)',
  ],
  [
    'a link to the outside',
    () => holding(symlink('lib/a', '../../x')),
    'unsafe symlink in contents.tar.gz: lib/a -> ../../x (it leaves the package)',
  ],
  [
    'an absolute link',
    () => holding(symlink('a', '/etc/passwd')),
    'unsafe symlink in contents.tar.gz: a -> /etc/passwd (absolute path)',
  ],
  [
    'writing through a link',
    () => holding(symlink('a', 'b'), { name: 'a/x' }),
    'unsafe path in contents.tar.gz: a/x (it lies under a symlink)',
  ],
  [
    'a file under a file',
    () => holding({ name: 'a' }, { name: 'a/x' }),
    'unsafe path in contents.tar.gz: a/x (it lies under a file)',
  ],
  ['a file twice', () => holding({ name: 'a' }, { name: './a' }), 'duplicate file in contents.tar.gz: a'],
  [
    'a hard link',
    () => holding({ name: 'a', type: '1', link: '/etc/passwd' }),
    'unsupported file type in contents.tar.gz: a (hard link)',
  ],
  [
    'a device',
    () => holding({ name: 'null', type: '3' }),
    'unsupported file type in contents.tar.gz: null (character device)',
  ],
  ['a pipe', () => holding({ name: 'fifo', type: '6' }), 'unsupported file type in contents.tar.gz: fifo (fifo)'],
  [
    'a sparse file',
    () => holding({ name: 'sparse', type: 'S' }),
    'unsupported file type in contents.tar.gz: sparse (sparse file)',
  ],
  [
    'a sparse file by pax',
    () => holding(pax(record('GNU.sparse.major', '1')), { name: 'sparse' }),
    containing('(sparse file)'),
  ],
  [
    'names that are not UTF-8',
    () => holding({ name: Buffer.from([0x61, 0xff]) }),
    'invalid contents.tar.gz: a name is not valid UTF-8',
  ],
  ['too many empty files', crowd, 'too many files in contents.tar.gz: at most 50000 are allowed'],
  [
    'a hundred directories in each other',
    () => holding(directory('d/'.repeat(100))),
    containing('unsafe path in contents.tar.gz: d/d/'),
  ],
  ['200 MiB of zeros', bombs[0], 'too big: contents.tar.gz holds more than 134217728 bytes uncompressed'],
  ['200 MiB of zeros and no tar', bombs[1], containing('contents.tar.gz')],
];

const described: [string, () => Buffer, unknown][] = [
  [
    'another package’s file by a dash in the name',
    () => instead('"hostile"/utf8>>}', '"hostile-0"/utf8>>}'),
    { name: 'must start with a lower-case letter and contain only a-z, 0-9 and underscores' },
  ],
  [
    'a slash in the name',
    () => instead('"hostile"/utf8>>}', '"a/b"/utf8>>}'),
    { name: 'must start with a lower-case letter and contain only a-z, 0-9 and underscores' },
  ],
  [
    'a dot in the name',
    () => instead('"hostile"/utf8>>}', '"hostile.git"/utf8>>}'),
    { name: 'must start with a lower-case letter and contain only a-z, 0-9 and underscores' },
  ],
  [
    'another case of the name',
    () => instead('"hostile"/utf8>>}', '"Hostile"/utf8>>}'),
    { name: 'must start with a lower-case letter and contain only a-z, 0-9 and underscores' },
  ],
  [
    'a newline behind the name',
    () => instead('"hostile"/utf8>>}', '"hostile\\n"/utf8>>}'),
    { name: 'must start with a lower-case letter and contain only a-z, 0-9 and underscores' },
  ],
  ['a path for a version', () => instead('"1.0.0"', '"../1.0.0"'), { version: 'is invalid SemVer' }],
  ['a slash in the version', () => instead('"1.0.0"', '"1.0.0-a/b"'), { version: 'is invalid SemVer' }],
  [
    'a path for an application',
    () => instead('<<"app">>,<<"hostile"', '<<"app">>,<<"../../x"'),
    meta('app', 'is not the name of an OTP application'),
  ],
  [
    'a script for a link',
    () => instead('<<"links">>,[]', '<<"links">>,[{<<"Docs">>,<<"javascript:alert(1)">>}]'),
    meta('links', 'invalid link "javascript:alert(1)"'),
  ],
  [
    'a NUL in the description',
    () => instead('The package hostile', 'The \\000 package'),
    meta('description', 'must not contain null bytes'),
  ],
  [
    'a NUL in what is free',
    () => saying('{<<"extra">>,[{<<"a">>,<<"\\000">>}]}.\n'),
    meta('extra', 'must not contain null bytes'),
  ],
  [
    '__proto__',
    () => saying('{<<"extra">>,[{<<"__proto__">>,[{<<"x">>,1}]}]}.\n'),
    meta('extra', 'extra: the key "__proto__" is not allowed'),
  ],
  ['a field twice', () => saying('{<<"name">>,<<"other">>}.\n'), tarFault('metadata: the key "name" is given twice')],
  ['no Erlang', () => made({ 'metadata.config': 'name = hostile' }), containing('line 1: ')],
  ['a term that never ends', () => made({ 'metadata.config': '{<<"name">>,' }), containing('line 1: ')],
  [
    'brackets without end',
    () => made({ 'metadata.config': `{<<"extra">>,${'['.repeat(100_000)}` }),
    containing('line 1: '),
  ],
  ['a number without end', () => saying(`{<<"extra">>,[{<<"n">>,${'9'.repeat(500_000)}}]}.\n`), undefined],
  [
    'nothing it says of itself',
    () => made({ 'metadata.config': '' }),
    {
      name: "can't be blank",
      version: "can't be blank",
      meta: { app: "can't be blank", files: "can't be blank", build_tools: "can't be blank" },
    },
  ],
  ['no files', () => instead('[<<"mix.exs"/utf8>>]', '[]'), meta('files', "package can't be empty")],
];

export const corpus: readonly Hostile[] = [
  ...[...outer, ...contents].map(([what, bytes, message]) => ({ what, bytes, errors: tarFault(message) })),
  ...described.map(([what, bytes, errors]) => ({
    what,
    bytes,
    errors: typeof errors === 'string' ? tarFault(errors) : errors,
  })),
];
