import { z } from 'zod';
import { type WebhookSettings } from '../../browser-port.js';

const share = z.coerce.number().min(0).max(1);

/** What the form sends; a box that is not ticked is not sent. */
export const webhookForm = z.object({
  mode: z.enum(['deliver', 'hold']),
  delayMs: z.coerce.number().int().min(0).max(600_000),
  ...{ duplicates: share, loss: share },
  shuffle: z.literal('yes').optional(),
});

interface NumberProps {
  readonly name: string;
  readonly label: string;
  readonly value: number;
  readonly max: number;
  readonly step: number;
}

const NumberField = ({ name, label, value, max, step }: NumberProps) => (
  <label>
    {label}
    <input type="number" min={0} {...{ name, value, max, step }} required />
  </label>
);

/** How badly the post works: what Stripe may do to a webhook, on demand. */
export const WebhookSettingsForm = ({ settings }: { settings: WebhookSettings }) => (
  <section>
    <h2>How webhooks are delivered</h2>
    <form class="card settings" method="post" action="/dashboard/webhooks">
      <input type="hidden" name="back" value="/events" />
      <label>
        Delivery
        <select name="mode">
          <option value="deliver" selected={settings.mode === 'deliver'}>
            At once
          </option>
          <option value="hold" selected={settings.mode === 'hold'}>
            Held back until sent by hand
          </option>
        </select>
      </label>
      <NumberField name="delayMs" label="Delay, in ms" value={settings.delayMs} max={600_000} step={1} />
      <NumberField name="duplicates" label="Sent twice (0 to 1)" value={settings.duplicates} max={1} step={0.05} />
      <NumberField name="loss" label="Lost (0 to 1)" value={settings.loss} max={1} step={0.05} />
      <label class="check">
        <input type="checkbox" name="shuffle" value="yes" checked={settings.shuffle} />
        In any order
      </label>
      <button>Save</button>
    </form>
  </section>
);
