import Stripe from 'stripe';

type HttpClient = ReturnType<typeof Stripe.createNodeHttpClient>;
type Answer = Awaited<ReturnType<HttpClient['makeRequest']>>;

/**
 * The SDK takes an answer for a success unless its body has `error`, whatever its status is. A proxy's `502 {}` must not look like a
 * subscription that was made: it gets the error that is missing.
 */
export function strictHttpClient(): HttpClient {
  const client = Stripe.createNodeHttpClient();
  const makeRequest = client.makeRequest.bind(client);
  client.makeRequest = async (...request) => strict(await makeRequest(...request));
  return client;
}

function strict(answer: Answer): Answer {
  const toJSON = answer.toJSON.bind(answer);
  answer.toJSON = async () => {
    const body = (await toJSON()) as { error?: unknown } | null;
    const isFailure =
      answer.getStatusCode() >= 400 && (body === null || typeof body !== 'object' || body.error === undefined);
    return isFailure ? { error: { type: 'api_error', message: 'an answer without words' } } : body;
  };
  return answer;
}
