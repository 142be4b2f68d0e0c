/** How to reach the relay. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (smtps), usually on port 465. */
  readonly implicitTls: boolean;
  /**
   * What STARTTLS must do on a connection that begins in clear: `required` refuses to send without it or to a relay whose
   * certificate does not prove its name; `offered` takes it where it is offered, for a relay on this machine; `none` never asks.
   */
  readonly startTls: 'required' | 'offered' | 'none';
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/**
 * Reads SMTP_URL: `smtp://user:password@host:587` or `smtps://…`, with `?tls=none` or `?tls=required` to say otherwise than
 * the host does. Undefined when it is none.
 */
export function parseSmtpUrl(text: string): SmtpSettings | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') return undefined;
  const startTls = startTlsOf(url);
  const [user, password] = [decoded(url.username), decoded(url.password)];
  if (startTls === undefined || user === undefined || password === undefined) return undefined;
  const implicitTls = url.protocol === 'smtps:';
  return Object.freeze({
    ...{ host: hostOf(url), port: Number(url.port || (implicitTls ? 465 : 587)), implicitTls, startTls },
    ...{ user: user || undefined, password: password || undefined },
  });
}

function startTlsOf(url: URL): SmtpSettings['startTls'] | undefined {
  const given = url.searchParams.get('tls');
  if (given === null) return isLoopback(hostOf(url)) ? 'offered' : 'required';
  return given === 'required' || given === 'none' ? given : undefined;
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
