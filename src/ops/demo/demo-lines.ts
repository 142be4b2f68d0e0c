import { DEMO_PACKAGE, DEMO_VERSION } from './demo-package.js';
import { DEMO_ORGANIZATION, type DemoNotes, demoPeople } from './demo.js';

export interface DemoPlace {
  /** Of the repository of the demo organization. */
  readonly repositoryUrl: string;
  readonly apiUrl: string;
  readonly publicPem: string;
  readonly fingerprint: string;
}

/** Where else one may want to look; undefined: there is no such place. */
export interface DemoAddresses {
  readonly mailboxUrl: string | undefined;
  readonly sandboxUrl: string | undefined;
}

/** Makes a project, fetches the demo package with the organization's key and runs it: to be pasted into a shell. */
export function rebar3Lines(place: DemoPlace, notes: DemoNotes): string {
  return `mkdir -p hello_rebar3/src && cd hello_rebar3
cat > rebar.config <<'END'
{hex, [{repos, [#{name => <<"${DEMO_ORGANIZATION}">>,
                  repo_url => <<"${place.repositoryUrl}">>,
                  repo_key => <<"${notes.fetchKey}">>,
                  repo_public_key => <<"${place.publicPem.trim()}\n">>}]}]}.
{deps, [{${DEMO_PACKAGE}, "${DEMO_VERSION}"}]}.
END
cat > src/hello.app.src <<'END'
{application, hello, [{description, "Fetches a private package"}, {vsn, "0.1.0"}, {applications, [kernel, stdlib, ${DEMO_PACKAGE}]}]}.
END
rebar3 compile
erl -noshell -pa _build/default/lib/*/ebin -eval 'io:format("~s~n", [${DEMO_PACKAGE}:greet("rebar3")]), halt().'`;
}

/** The same with mix, by a repository of its own name, which leaves hex.pm as it is. */
export function mixLines(place: DemoPlace, notes: DemoNotes): string {
  return `mkdir -p hello_mix && cd hello_mix
mix hex.repo add ${DEMO_ORGANIZATION} ${place.repositoryUrl} --fetch-public-key ${place.fingerprint} --auth-key ${notes.fetchKey}
cat > mix.exs <<'END'
defmodule Hello.MixProject do
  use Mix.Project
  def project, do: [app: :hello, version: "0.1.0", deps: [{:${DEMO_PACKAGE}, "~> 1.0", repo: "${DEMO_ORGANIZATION}"}]]
end
END
mix deps.get
mix run -e 'IO.puts(:${DEMO_PACKAGE}.greet("mix"))'`;
}

/** Publishes whatever package one stands in. */
export function publishLines(place: DemoPlace, notes: DemoNotes): string {
  return `HEX_API_URL=${place.apiUrl} HEX_API_KEY=${notes.publishKey} mix hex.publish package --organization ${DEMO_ORGANIZATION} --yes`;
}

/** What a first start prints. */
export function demoLines(siteUrl: string, place: DemoPlace, notes: DemoNotes, also: DemoAddresses): string {
  const { mailboxUrl, sandboxUrl } = also;
  const sandbox = sandboxUrl === undefined ? '' : `  Payments go to a sandbox; its clock:  ${sandboxUrl}\n`;
  const mailbox = mailboxUrl === undefined ? '' : `  Mails stay on this machine:          ${mailboxUrl}\n`;
  const people = Object.entries(demoPeople).map(
    ([name, role]) => `    ${name} (${role})  ${notes.passwords[name as keyof typeof demoPeople]}`,
  );
  return `
Propolis is ready:  ${siteUrl}

  Demo organization:  ${DEMO_ORGANIZATION}, with the private package ${DEMO_PACKAGE} ${DEMO_VERSION}
  People, with their passwords, to log in at ${siteUrl}/login:
${people.join('\n')}
  Key of the organization, may fetch:  ${notes.fetchKey}
  Key of wim, may publish:             ${notes.publishKey}
${mailbox}${sandbox}
# --- fetch it with rebar3 ---
${rebar3Lines(place, notes)}

# --- fetch it with mix ---
${mixLines(place, notes)}

# --- publish a package of yours with mix ---
${publishLines(place, notes)}

Stop with Ctrl-C. The data stays; start again to go on.
`;
}
