import { type Stripe } from 'stripe';
import { z } from 'zod';
import { endpoint } from '../http/endpoint.js';
import { page } from '../http/lists.js';
import { type Fields, integer, listing, text } from '../http/params.js';
import { invalid } from '../http/problem.js';
import { newId } from '../work.js';
import { deleteCustomer } from './customers.js';

// Test clocks by Stripe's names. The sandbox has one clock for everything. While there is a test clock, that one stands still, as
// Stripe's do, and to advance any of them moves it: with the event `…advancing` it starts (see sandbox.ts), with `…ready` it
// has arrived.

const createParams = z.strictObject({
  frozen_time: integer,
  name: text.optional(),
} satisfies Fields<Stripe.TestHelpers.TestClockCreateParams>);
const advanceParams = z.strictObject({
  frozen_time: integer,
} satisfies Fields<Stripe.TestHelpers.TestClockAdvanceParams>);

export const testClockEndpoints = [
  endpoint('POST', '/v1/test_helpers/test_clocks', createParams, (work, params) => {
    const frozen_time = Math.max(params.frozen_time, work.now);
    const row = work.add('test_helpers.test_clock', {
      ...{
        id: newId('clock'),
        object: 'test_helpers.test_clock',
        created: work.now,
        deletes_after: work.now + 30 * 86_400,
      },
      ...{ frozen_time, livemode: false, name: params.name ?? null, status: 'ready', status_details: {} },
    });
    work.emit('test_helpers.test_clock.created', row);
    return row;
  }),
  endpoint('GET', '/v1/test_helpers/test_clocks', z.strictObject(listing), (work, params) =>
    page(work.all('test_helpers.test_clock'), '/v1/test_helpers/test_clocks', params),
  ),
  endpoint('GET', '/v1/test_helpers/test_clocks/:id', z.strictObject({}), (work, _params, { ids }) =>
    work.get('test_helpers.test_clock', ids.id!),
  ),
  endpoint('POST', '/v1/test_helpers/test_clocks/:id/advance', advanceParams, (work, { frozen_time }, { ids }) => {
    const row = work.get('test_helpers.test_clock', ids.id!);
    if (frozen_time < work.now)
      throw invalid('A test clock can only be advanced to the future.', { param: 'frozen_time' });
    Object.assign(row, {
      frozen_time,
      status: 'advancing',
      status_details: { advancing: { target_frozen_time: frozen_time } },
    });
    work.emit('test_helpers.test_clock.advancing', row);
    return row;
  }),
  endpoint('DELETE', '/v1/test_helpers/test_clocks/:id', z.strictObject({}), (work, _params, { ids }) => {
    const row = work.get('test_helpers.test_clock', ids.id!);
    for (const { id } of work.all('customer').filter((one) => one.test_clock === row.id)) deleteCustomer(work, id);
    work.emit('test_helpers.test_clock.deleted', row);
    work.remove('test_helpers.test_clock', row.id);
    return { id: row.id, object: row.object, deleted: true };
  }),
];
