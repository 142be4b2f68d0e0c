import { type Answer, type BrowserPort, type Delivery } from '../../browser-port.js';
import { type SandboxEvent } from '../../objects.js';
import { secondsMoment } from '../dates.js';
import { dashboardPage } from './layout.js';
import { List, Post, Row } from './parts.js';
import { WebhookSettingsForm } from './webhook-settings.js';

const told = ({ status, error }: Delivery): string => (status === null ? (error ?? 'no answer') : String(status));

const answers = (deliveries: readonly Delivery[]): string =>
  deliveries.length === 0
    ? ''
    : `${deliveries.length === 1 ? 'answer' : 'answers'}: ${deliveries.map(told).join(', ')}`;

/** The newest answer decides. */
const badgeOf = ([newest]: readonly Delivery[]): string => {
  if (newest === undefined) return 'not sent';
  return newest.status !== null && newest.status >= 200 && newest.status < 300 ? 'delivered' : 'failed';
};

const idOf = ({ data: { object } }: SandboxEvent): string => (typeof object['id'] === 'string' ? object['id'] : '');

function EventRow({ sandbox, of }: { sandbox: BrowserPort; of: SandboxEvent }) {
  const deliveries = sandbox.deliveries(of.id);
  return (
    <Row
      title={<code>{of.type}</code>}
      badge={badgeOf(deliveries)}
      facts={[secondsMoment(of.created), idOf(of), answers(deliveries), of.id]}
    >
      <Post to="/dashboard/events" fields={{ event: of.id }} about={`${of.type}, ${of.id}`}>
        {deliveries.length === 0 ? 'Send now' : 'Send again'}
      </Post>
    </Row>
  );
}

/** Events that no endpoint has been sent: held back, or lost on the way. The oldest first. */
export const unsent = (sandbox: BrowserPort): string[] =>
  sandbox
    .objects('event')
    .filter(({ id }) => sandbox.deliveries(id).length === 0)
    .map(({ id }) => id)
    .toReversed();

export const eventsPage = (sandbox: BrowserPort): Answer =>
  dashboardPage(sandbox, {
    path: '/events',
    children: (
      <>
        <WebhookSettingsForm settings={sandbox.webhookSettings()} />
        {sandbox.webhookSettings().mode === 'hold' && (
          <section>
            <Post to="/dashboard/unsent" fields={{}} primary>
              Send all that were not sent
            </Post>
          </section>
        )}
        <List head="Events" items={sandbox.objects('event')} none="Nothing has happened yet.">
          {(one) => <EventRow key={one.id} sandbox={sandbox} of={one} />}
        </List>
      </>
    ),
  });
