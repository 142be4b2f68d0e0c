import { paths } from '../../platform/paths.js';
import { Card } from '../components/card.js';
import { type Visitor } from '../http/visitor.js';
import { sitePage } from '../layout/site-page.js';

export interface MailSent {
  readonly kind: 'sign_up' | 'reset_password';
  /** As it was typed. */
  readonly to: string;
  /** Where to begin anew. */
  readonly again: string;
}

/** The same for every address, known here or not. */
export function mailSentPage(visitor: Visitor, { kind, to, again }: MailSent): string {
  return sitePage(visitor, {
    ...{ title: 'Look into your mailbox', narrow: true },
    children: (
      <div class="stack">
        <h1>Look into your mailbox</h1>
        <Card>
          {kind === 'sign_up' ? (
            <p>
              We have sent a mail to <strong>{to}</strong>. The link in it works once and for 24 hours.
            </p>
          ) : (
            <p>
              If <strong>{to}</strong> has an account here, we have sent a mail to its primary address. The link in it
              works once and for one hour.
            </p>
          )}
          <p class="quiet small">Nothing there after a few minutes? Look among the unwanted mail, then try again.</p>
          <p class="row">
            <a class="button button-plain" href={again}>
              Try again
            </a>
            <a href={paths.login()}>Log in</a>
          </p>
        </Card>
      </div>
    ),
  });
}

export function deadLinkPage(visitor: Visitor, again: string): string {
  return sitePage(visitor, {
    ...{ title: 'This link does not work any more', narrow: true },
    children: (
      <div class="stack">
        <h1>This link does not work any more</h1>
        <Card>
          <p>It has expired, has been used already, or a newer mail has taken its place.</p>
          <p>
            <a class="button" href={again}>
              Ask for a new one
            </a>
          </p>
        </Card>
      </div>
    ),
  });
}
