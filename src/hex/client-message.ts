import { compareVersions, tryParseVersion } from './version.js';

/**
 * `x-hex-message`, by which a server speaks to the person at the terminal: mix prints it beside whatever it is doing, rebar3
 * never does. Hex before 2.5.0, its pre-releases included, crashes on the header (hexpm/hex #1180), so it is sent only to
 * those that say they are newer. Their User-Agent: `hex_core/0.19.0 hex/2.5.2 (elixir/1.18.4) (OTP/27) (erts/15.2)`.
 */

const FIRST = tryParseVersion('2.5.0')!;

export function printsMessages(userAgent: string | undefined): boolean {
  const given = /(?:^| )hex\/(\S{1,64})(?: |$)/.exec(userAgent ?? '')?.[1];
  const version = given === undefined ? null : tryParseVersion(given);
  return version !== null && compareVersions(version, FIRST) >= 0;
}

/** Of the header. Its parser knows no escapes, so the text must do without quotation marks; beyond ASCII headers are Latin-1. */
export const clientMessage = (text: string, level: 'warn' | 'fatal'): string =>
  `"${text.replaceAll('"', "'").replace(/[^\x20-\x7e]/g, '?')}"; level=${level}`;
