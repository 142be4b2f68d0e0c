import { Card } from '../components/card.js';
import { Facts } from '../components/facts.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';

export interface HomeProps {
  readonly registryUrl: string;
  readonly apiUrl: string;
  readonly fingerprint: string;
}

export function homePage(visitor: Visitor, { registryUrl, apiUrl, fingerprint }: HomeProps): string {
  return sitePage(visitor, {
    title: 'Private Hex packages',
    children: (
      <div class="stack">
        <h1>A home for private Hex packages</h1>
        <Card title="How to reach it">
          <Facts
            rows={[
              ['Repository', <code>{registryUrl}/repos/ORGANIZATION</code>],
              ['API', <code>{apiUrl}</code>],
              ['Signing key', <code>{fingerprint}</code>],
            ]}
          />
        </Card>
      </div>
    ),
  });
}
