// @ts-check
// Passkeys. A form that a passkey fills in is hidden until it is known that this browser can do it.

/** @type {AbortController | undefined} What waits among the suggestions of the field for the user name. */
let waiting;

/** @param {HTMLFormElement} form */
async function optionsFor(form) {
  const answer = await fetch(form.dataset['options'] ?? '', { method: 'POST' });
  if (!answer.ok || !(answer.headers.get('content-type') ?? '').includes('json')) throw new Error('no options');
  return answer.json();
}

/**
 * @param {HTMLFormElement} form
 * @param {CredentialMediationRequirement} [mediation]
 * @param {AbortSignal} [signal]
 */
async function credentialFor(form, mediation, signal) {
  const options = await optionsFor(form);
  if (form.dataset['passkey'] === 'create')
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return navigator.credentials.get({ publicKey, ...(mediation && { mediation }), ...(signal && { signal }) });
}

/**
 * @param {HTMLFormElement} form
 * @param {Credential | null} credential
 */
function send(form, credential) {
  const field = form.elements.namedItem('credential');
  if (!(credential instanceof PublicKeyCredential) || !(field instanceof HTMLInputElement)) return;
  field.value = JSON.stringify(credential.toJSON());
  form.submit();
}

/**
 * @param {HTMLFormElement} form
 * @param {unknown} error
 */
function tell(form, error) {
  const place = form.querySelector('[data-passkey-problem]');
  if (place === null) return;
  const name = error instanceof Error ? error.name : '';
  place.textContent =
    name === 'NotAllowedError'
      ? 'That was cancelled, or took too long.'
      : name === 'InvalidStateError'
        ? 'This device has a passkey for your account already.'
        : 'That did not work. Please reload the page and try again.';
}

/** @param {HTMLFormElement} form */
async function offerInSuggestions(form) {
  if (form.dataset['autofill'] !== 'yes') return;
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  waiting = new AbortController();
  try {
    send(form, await credentialFor(form, 'conditional', waiting.signal));
  } catch {
    // Nobody asked for it aloud: what went wrong is told when the button is pressed.
  }
}

const able =
  typeof PublicKeyCredential === 'function' && typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function';

for (const form of able ? document.querySelectorAll('form[data-passkey]') : []) {
  if (!(form instanceof HTMLFormElement)) continue;
  form.hidden = false;
  for (const hint of document.querySelectorAll('[data-without-passkeys]')) hint.setAttribute('hidden', '');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    waiting?.abort();
    try {
      send(form, await credentialFor(form));
    } catch (error) {
      tell(form, error);
    }
  });
  void offerInSuggestions(form);
}
