// The floors of the house, executable: imports go down or stay in their room. See docs/architecture.md.
const floors = [
  ['hex', 'platform'],
  ['audit'],
  ['accounts'],
  ['organizations'],
  ['packages', 'billing', 'policies', 'advisories'],
  ['registry', 'access'],
  ['api', 'web', 'delivery', 'webhooks', 'ops'],
];
const rooms = floors.flat();
const any = (names) => `(${names.join('|')})`;

const forbidden = [
  { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'nothing-imports-the-roof',
    comment: 'main, admin, app and the like wire the rooms; no room knows them.',
    severity: 'error',
    from: { path: `^src/${any(rooms)}/` },
    to: { path: '^(src/[^/]+\\.tsx?$|migrations/)' },
  },
  {
    name: 'hex-is-pure',
    comment: 'The protocol knows nothing of the framework, of files or of the network.',
    severity: 'error',
    from: { path: '^src/hex/', pathNot: '\\.spec\\.ts$' },
    to: { path: ['^src/(?!hex/)', '@nestjs', 'typeorm', '^(node:)?(fs|http|https|net|child_process)'] },
  },
  {
    name: 'stripe-in-its-room',
    comment: 'Only billing/stripe speaks to Stripe; the sandbox knows its types and its way to sign.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/(billing/stripe|sandbox)/' },
    to: { path: 'node_modules/stripe/' },
  },
  {
    name: 'the-sandbox-is-foreign',
    comment: 'A service of its own that happens to live here: it knows no room, and only the roof starts it.',
    severity: 'error',
    from: { path: '^src/sandbox/', pathNot: '\\.spec\\.ts$' },
    to: { path: `^src/(?!sandbox/)` },
  },
  {
    name: 'only-the-roof-knows-the-sandbox',
    severity: 'error',
    from: { path: `^src/${any(rooms)}/` },
    to: { path: '^src/sandbox/' },
  },
  {
    name: 'rooms-have-a-face',
    comment: 'Root files of a room are its face, sub-folders are private. hex/ and platform/ are libraries.',
    severity: 'error',
    from: { path: '^src/([^/]+)/' },
    to: {
      path: `^src/${any(rooms.filter((room) => !['hex', 'platform'].includes(room)))}/[^/]+/`,
      pathNot: '^src/$1/',
    },
  },
  {
    name: 'no-orphans',
    comment: 'A file nobody imports is dead.',
    severity: 'error',
    from: {
      orphan: true,
      path: '^src/',
      pathNot: '\\.spec\\.ts$|^src/web/assets/|^src/sandbox/stripe/browser/assets/',
    },
    to: {},
  },
  {
    name: 'not-to-tests',
    severity: 'error',
    from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
    to: { path: '^test/' },
  },
  {
    name: 'no-undeclared-packages',
    severity: 'error',
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
  },
  {
    name: 'production-needs-no-dev-packages',
    comment: 'The embedded Postgres is found at run time and only where it is installed.',
    severity: 'error',
    from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
];

floors.forEach((floor, number) => {
  const above = floors.slice(number + 1).flat();
  for (const room of floor) {
    const neighbours = floor.filter(
      (other) => other !== room && !(['hex', 'platform'].includes(other) && number === 0 && room === 'platform'),
    );
    forbidden.push({
      name: `floor-${number}-${room}`,
      comment: `${room} may use what lies below it, not its neighbours and nothing above.`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: '\\.spec\\.ts$' },
      to: { path: `^src/${any([...neighbours, ...above])}/` },
    });
  }
});
// `any([])` would match everything.
for (const rule of forbidden) if (rule.to.path === '^src/()/') rule.to.path = '^$';

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '^(dist|data)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    reporterOptions: { archi: { collapsePattern: `^src/${any(rooms)}|^src/[^/]+` } },
  },
};
