import { DomainError } from '../../platform/errors.js';
import { type Answer, html } from '../http/answers.js';
import { type Visitor } from '../http/visitor.js';
import { deadLinkPage } from './mail-sent.page.js';

/** The secret of a mailed link, from the form behind it: it stands in no address but the first. */
export const tokenIn = (body: unknown): string =>
  typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string' ? body.token : '';

/** What is behind a mailed link, or, where it does not work any more, a page that says how to get a new one (`again`). */
export async function orDeadLink(visitor: Visitor, again: string, answer: () => Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'link_unusable') throw error;
    return html(deadLinkPage(visitor, again), 404);
  }
}
