const LOOPBACK = new Set(['127.0.0.1', '[::1]']);

/**
 * Where an authorization code may be sent (RFC 8252, RFC 9700): https, or plain http to a program on the same machine by
 * its loopback address; `localhost` is a name that somebody else may answer to. Answers what is wrong with it, or null.
 */
export function redirectProblem(uri: string): string | null {
  if (!URL.canParse(uri)) return 'is not an address';
  const { protocol, hostname, hash, username, password, href } = new URL(uri);
  if (uri.length > 500 || /\s/.test(uri)) return 'is not a usable address';
  if (hash !== '' || href.endsWith('#')) return 'must have no fragment';
  if (username !== '' || password !== '') return 'must have no user name or password';
  if (protocol === 'https:') return null;
  return protocol === 'http:' && LOOPBACK.has(hostname)
    ? null
    : 'must begin with https://, http://127.0.0.1 or http://[::1]';
}

/** Is `asked` one of the registered ones? Character for character, but for the port of a loopback address. */
export function isRegistered(registered: readonly string[], asked: string): boolean {
  if (registered.includes(asked)) return true;
  if (redirectProblem(asked) !== null) return false;
  return registered.some((one) => isLoopback(one) && isLoopback(asked) && withoutPort(one) === withoutPort(asked));
}

function isLoopback(uri: string): boolean {
  const { protocol, hostname } = new URL(uri);
  return protocol === 'http:' && LOOPBACK.has(hostname);
}

const withoutPort = (uri: string): string => Object.assign(new URL(uri), { port: '' }).href;
