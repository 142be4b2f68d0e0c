/**
 * The Hex client's own tests that do not pass against Propolis, and why; `module` as the client calls it. See docs/client-test-mode.md.
 */
export interface LeftOut {
  readonly module: string;
  readonly tests: readonly string[];
}

/** They fetch from a private repository without a credential, or as somebody who is no member. */
export const expectNoAccessControl: readonly LeftOut[] = [
  {
    module: 'Hex.RepoTest',
    tests: [
      'get_package/3 from organization repo',
      'automatic API key to OAuth token exchange organization repo inherits oauth_exchange from parent',
      'automatic API key to OAuth token exchange organization repo skips oauth_exchange when disabled on parent',
    ],
  },
  { module: 'Hex.RemoteConvergerTest', tests: ['deps.get does not prompt when repo auth is already available'] },
  {
    module: 'Mix.Tasks.Hex.OutdatedTest',
    tests: ['outdated links organization diffs without shortening the URL'],
  },
];

/** The client needs OTP's `json` module for them, which came with OTP 27. */
export const needOtp27: readonly LeftOut[] = [
  {
    module: 'Mix.Tasks.Hex.AuditTest',
    tests: [
      'audit --format sarif (ignored findings are suppressed)',
      'audit --format sarif (retirement and advisory)',
      'audit --format sarif --output writes a file',
      'policy-accepted SARIF findings identify their source and include comments',
    ],
  },
  {
    module: 'Mix.Tasks.Hex.OutdatedTest',
    tests: [
      'cooldown JSON output exposes published_at and eligible_on when latest is in cooldown',
      'outdated app --json',
    ],
  },
  {
    module: 'Mix.Tasks.Hex.SearchTest',
    tests: [
      'docs query prints formatted results for project dependencies',
      'docs query raises on invalid json',
      'docs query strips html comments from results',
      'docs query uses configurable limit',
      'docs query uses explicit package filters',
    ],
  },
];

/** Root may read every file. */
export const needAnOrdinaryUser: readonly LeftOut[] = [
  { module: 'Hex.Netrc.ParserTest', tests: ['parse/1 fails on unreadable file'] },
];

export const namesOf = (...leftOut: readonly (readonly LeftOut[])[]): string[] =>
  leftOut.flat().flatMap(({ module, tests }) => tests.map((name) => `test ${name} (${module})`));
