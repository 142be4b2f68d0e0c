import { type ChallengeOutcome } from '../browser-port.js';
import { type Objects } from '../objects.js';
import { type Work } from '../work.js';
import { factsOf } from './cards.js';
import { type Decline, declines } from './declines.js';
import { askForAuthentication, authenticationFailure, intentError, intentProblem, refuseUnless } from './intents.js';
import { refusalOf, testCard } from './test-cards.js';

type SetupIntent = Objects['setup_intent'];

/** @throws Problem 402 when the bank refuses the card; the intent then waits for another one */
export function confirmSetup(work: Work, intent: SetupIntent, methodId: string, returnUrl?: string): void {
  refuseUnless(intent, ['requires_payment_method', 'requires_confirmation', 'requires_action'], 'confirm');
  const card = testCard(factsOf(work, methodId).number);
  intent.payment_method = methodId;
  intent.last_setup_error = null;
  const refusal = refusalOf(card);
  if (refusal) throw fail(work, intent, declines[refusal]);
  if (card.setup === 'ok') return succeed(work, intent);
  askForAuthentication(work, intent, returnUrl);
  work.emit('setup_intent.requires_action', intent);
}

export function settleSetup(work: Work, intent: SetupIntent, outcome: ChallengeOutcome): void {
  if (intent.status !== 'requires_action') return;
  if (outcome === 'complete') succeed(work, intent);
  else fail(work, intent, authenticationFailure('setup_intent'));
}

function succeed(work: Work, intent: SetupIntent): void {
  Object.assign(intent, { status: 'succeeded', next_action: null, last_setup_error: null });
  const method = work.get('payment_method', intent.payment_method!);
  if (intent.usage === 'off_session') factsOf(work, method.id).setUp = true;
  if (intent.customer && method.customer !== intent.customer) {
    method.customer = intent.customer;
    work.emit('payment_method.attached', method);
  }
  work.emit('setup_intent.succeeded', intent);
}

function fail(work: Work, intent: SetupIntent, decline: Decline) {
  const error = intentError(work, decline, intent.payment_method);
  Object.assign(intent, {
    status: 'requires_payment_method',
    next_action: null,
    payment_method: null,
    last_setup_error: error,
  });
  work.emit('setup_intent.setup_failed', intent);
  return intentProblem(intent, error);
}
