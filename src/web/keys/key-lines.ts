import { type Permission } from '../../accounts/permissions.js';

export interface KeyPlace {
  readonly apiUrl: string;
  /** Of the repository of an organization. */
  readonly repositoryUrl: (organization: string) => string;
  readonly publicPem: string;
  readonly fingerprint: string;
}

export interface Lines {
  readonly label: string;
  readonly text: string;
}

/** What to do with a key just made, ready to paste: fetching with mix and rebar3 and in CI, publishing. */
export function keyLines(
  secret: string,
  permissions: readonly Permission[],
  organization: string,
  place: KeyPlace,
): Lines[] {
  const fetches = permissions.some(({ domain }) => domain === 'repository' || domain === 'repositories');
  const publishes = permissions.some(
    ({ domain, resource }) => domain === 'package' || (domain === 'api' && resource !== 'read'),
  );
  return [
    ...(fetches ? fetchLines(secret, organization, place) : []),
    ...(publishes ? publishLines(secret, organization, place) : []),
  ];
}

function fetchLines(
  secret: string,
  organization: string,
  { repositoryUrl, publicPem, fingerprint }: KeyPlace,
): Lines[] {
  const url = repositoryUrl(organization);
  const add = (key: string) =>
    `mix hex.repo add ${organization} ${url} --fetch-public-key ${fingerprint} --auth-key ${key}`;
  return [
    {
      label: `mix, on this machine; then {:package, "~> 1.0", repo: "${organization}"} in mix.exs`,
      text: add(secret),
    },
    {
      label: 'rebar3, in rebar.config or ~/.config/rebar3/rebar.config',
      text: `{hex, [{repos, [#{name => <<"${organization}">>,
                  repo_url => <<"${url}">>,
                  repo_key => <<"${secret}">>,
                  repo_public_key => <<"${publicPem.trim()}\n">>}]}]}.`,
    },
    {
      label: 'CI: keep the key as a secret named PROPOLIS_KEY, and before mix deps.get run',
      text: add('"$PROPOLIS_KEY"'),
    },
  ];
}

const publishLines = (secret: string, organization: string, { apiUrl }: KeyPlace): Lines[] => [
  {
    label: 'Publish with mix, in the directory of the package',
    text: `HEX_API_URL=${apiUrl} HEX_API_KEY=${secret} mix hex.publish package --organization ${organization} --yes`,
  },
];
