import { type Repository } from '../../organizations/repository.entity.js';
import { type Listing } from '../../packages/searching.js';
import { type ListedPackage } from '../../packages/searching.queries.js';
import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { Facts } from '../components/facts.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';
import { scopesOf } from '../packages/package-list.page.js';
import { PackageRows } from '../packages/package-rows.js';
import { Comb } from './comb.js';

export interface HomeProps {
  readonly registryUrl: string;
  readonly apiUrl: string;
  readonly fingerprint: string;
  /** Is there a public repository here? */
  readonly hasPublic: boolean;
  /** Public packages. */
  readonly recent: Listing<ListedPackage>;
  readonly repositories: readonly Repository[];
}

/** What this place is, for those who are not logged in. */
export function homePage(visitor: Visitor, props: HomeProps): string {
  return sitePage(visitor, {
    title: 'Private Hex packages',
    children: (
      <div class="stack">
        <Hero hasPublic={props.hasPublic} />
        <div class="columns">
          <Card title="Made for teams">
            <p>
              Packages live in an organization. Its admins decide who reads and who publishes, person by person and key
              by key, and see who did what and when.
            </p>
          </Card>
          <Card title="The tools you have">
            <p>
              mix, rebar3 and curl work as they are. A new version can be fetched as soon as publishing it returns, and
              every index is signed.
            </p>
          </Card>
          <Card title="Yours to keep">
            <p>
              It runs on your own server, and everything you put in can be taken out again: packages, members and the
              audit log, in open formats.
            </p>
          </Card>
        </div>
        {props.recent.items.length > 0 && (
          <Card title="New in the public repository" flush aside={<a href={paths.packages()}>All of it</a>}>
            <PackageRows packages={props.recent.items} scopes={scopesOf(props.repositories)} />
          </Card>
        )}
        <Start />
        <Reach {...props} />
      </div>
    ),
  });
}

function Hero({ hasPublic }: { hasPublic: boolean }) {
  return (
    <section class="hero">
      <Comb />
      <h1>A sealed home for your Hex packages</h1>
      <p class="lead">
        Publish private Elixir, Erlang and Gleam packages, and let exactly the people and machines that need them fetch
        them.
      </p>
      {hasPublic && (
        <form class="search-form" method="get" action={paths.packages()} role="search">
          <div class="field search-words">
            <label for="search" class="visually-hidden">
              Search public packages
            </label>
            <input id="search" type="search" name="search" placeholder="Search public packages" maxLength={100} />
          </div>
          <button class="button button-plain" type="submit">
            Search
          </button>
        </form>
      )}
      <p class="actions">
        <a class="button" href={paths.signup}>
          Create an account
        </a>
        <a class="button button-plain" href={paths.login()}>
          Log in
        </a>
      </p>
    </section>
  );
}

function Start() {
  return (
    <Card title="How it begins">
      <ol class="steps">
        <li>
          <div>
            <p class="step-title">Create an organization</p>
            <p class="quiet">It comes with a private repository of its name, and a trial.</p>
          </div>
        </li>
        <li>
          <div>
            <p class="step-title">Make a key and publish</p>
            <p class="quiet">The page of the key has the lines for mix and rebar3, ready to paste.</p>
          </div>
        </li>
        <li>
          <div>
            <p class="step-title">Invite your team</p>
            <p class="quiet">By e-mail, each with the role they need. CI gets a key that can only fetch.</p>
          </div>
        </li>
      </ol>
    </Card>
  );
}

function Reach({ registryUrl, apiUrl, fingerprint }: HomeProps) {
  return (
    <Card title="Where clients find it">
      <Facts
        rows={[
          ['Repository', <code>{registryUrl}</code>],
          ['API', <code>{apiUrl}</code>],
          ['Signing key', <code>{fingerprint}</code>],
        ]}
      />
    </Card>
  );
}
