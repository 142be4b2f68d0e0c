import { type ComponentChildren } from 'preact';

/**
 * A link to where somebody else has said. Only http and https are followed: escaping does not make `javascript:` harmless, and
 * what was checked when it was written may be older than the check. Anything else is shown as the text it is.
 */
export function OutLink({ to, rel = '', children }: { to: string; rel?: string; children?: ComponentChildren }) {
  if (!isWebAddress(to)) return <span>{children ?? to}</span>;
  return (
    <a href={to} rel={`nofollow noopener ugc ${rel}`.trim()}>
      {children ?? to}
    </a>
  );
}

export const isWebAddress = (text: string): boolean =>
  /^https?:\/\//i.test(text) && URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
