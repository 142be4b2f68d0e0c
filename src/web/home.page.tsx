import { renderPage } from './layout.js';

export interface HomeProps {
  readonly registryUrl: string;
  readonly apiUrl: string;
  readonly fingerprint: string;
}

export function homePage({ registryUrl, apiUrl, fingerprint }: HomeProps): string {
  return renderPage({
    title: 'Propolis',
    children: (
      <>
        <h1>Propolis</h1>
        <p>A home for private Hex packages. This server is running; its pages for people are still being built.</p>
        <dl>
          <dt>Repository of an organization</dt>
          <dd>
            <code>{registryUrl}/repos/ORGANIZATION</code>
          </dd>
          <dt>API</dt>
          <dd>
            <code>{apiUrl}</code>
          </dd>
          <dt>Fingerprint of the signing key</dt>
          <dd>
            <code>{fingerprint}</code>
          </dd>
          <dt>Public key</dt>
          <dd>
            <a href="/repo/public_key">/repo/public_key</a>
          </dd>
        </dl>
      </>
    ),
  });
}
