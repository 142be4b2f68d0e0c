import { isStable, parseVersion } from '../../hex/version.js';

/** What the lines are made of. */
export interface Installable {
  readonly name: string;
  readonly app: string;
  readonly version: string;
  /** Undefined: the public repository. */
  readonly organization: string | undefined;
  /** As clients name the repository. */
  readonly repository: string;
  readonly repositoryUrl: string;
  readonly fingerprint: string;
}

export interface InstallWay {
  readonly tool: string;
  /** Said above the lines. */
  readonly hint: string;
  readonly lines: readonly { readonly label: string; readonly text: string }[];
}

/** Hex's habit: `~> 1.2`, for 0.x `~> 0.1.2`, a pre-release as it is (hex-server-facts.md 2.7). */
export function requirementFor(version: string): string {
  const { major, minor, patch, pre } = parseVersion(version);
  if (!isStable({ pre })) return version;
  return String(major) === '0' ? `${major}.${minor}.${patch}` : `${major}.${minor}`;
}

/** How to get a package into a project, for each tool; each way works as it stands. */
export const installWays = (pkg: Installable): InstallWay[] => [mix(pkg), rebar3(pkg), gleam(pkg)];

function mix(pkg: Installable): InstallWay {
  const { app, name, version, organization, repository } = pkg;
  const dependency = (...options: string[]) => {
    const all = [...(app === name ? [] : [`hex: :${name}`]), ...options];
    return `{:${app}, "~> ${requirementFor(version)}"${all.map((option) => `, ${option}`).join('')}}`;
  };
  const plain = organization === undefined;
  return {
    tool: 'mix',
    hint: plain
      ? 'Add it to deps in mix.exs.'
      : 'Add one of these to deps in mix.exs: the first with the repository added as below, the second where hexpm itself is set to this server.',
    lines: [
      { label: 'mix.exs, by repository', text: dependency(`repo: "${repository}"`) },
      {
        label: plain ? 'mix.exs' : 'mix.exs, by organization',
        text: dependency(...(plain ? [] : [`organization: "${organization}"`])),
      },
      { label: 'Once on each machine', text: addRepository(pkg) },
    ],
  };
}

/** Leaves hex.pm as it is, and checks the signatures of ours by their key's fingerprint. */
function addRepository({ organization, repository, repositoryUrl, fingerprint }: Installable): string {
  const key = organization === undefined ? '' : ' --auth-key "$PROPOLIS_KEY"';
  return `mix hex.repo add ${repository} ${repositoryUrl} --fetch-public-key ${fingerprint}${key}`;
}

function rebar3({ name, app, version, repository, repositoryUrl, organization }: Installable): InstallWay {
  const key = organization === undefined ? '' : ', repo_key => <<"your-key">>';
  return {
    tool: 'rebar3',
    hint: 'Add it to deps in rebar.config. The public key that belongs into the second line is shown with each new key.',
    lines: [
      {
        label: 'rebar.config',
        text: `{deps, [${app === name ? `{${name}, "${version}"}` : `{${app}, "${version}", {pkg, ${name}}}`}]}.`,
      },
      {
        label: 'Once on each machine, in ~/.config/rebar3/rebar.config',
        text: `{hex, [{repos, [#{name => <<"${repository}">>, repo_url => <<"${repositoryUrl}">>${key}, repo_public_key => <<"…">>}]}]}.`,
      },
    ],
  };
}

/** Gleam's own client knows hex.pm only (gleam-lang/gleam issue 3655): the package comes into the project as a directory. */
function gleam({ name, version, repositoryUrl, organization }: Installable): InstallWay {
  const key = organization === undefined ? '' : '-H "authorization: $PROPOLIS_KEY" ';
  return {
    tool: 'Gleam',
    hint: 'Gleam cannot fetch from servers other than hex.pm yet. Fetch the package into the project and depend on its directory; it must be a package with a gleam.toml.',
    lines: [
      {
        label: 'Fetch it',
        text: `mkdir -p vendor/${name}
curl -fsS ${key}${repositoryUrl}/tarballs/${name}-${version}.tar | tar -xO -f - contents.tar.gz | tar -xz -C vendor/${name}`,
      },
      { label: 'gleam.toml, under [dependencies]', text: `${name} = { path = "./vendor/${name}" }` },
    ],
  };
}
