import { type ErrorBody } from '../platform/http/error-filter.js';
import { paths } from '../platform/paths.js';
import { type Visitor } from './http/visitor.js';
import { sitePage } from './layout/site-page.js';

const titles: Readonly<Record<number, string>> = {
  403: 'Not for this account',
  404: 'There is nothing here',
  429: 'Too fast',
  503: 'One moment, please',
};

/** What to do about it; said below the message. */
const advice: Readonly<Record<number, string>> = {
  403: 'If you think that you should be allowed to do this, ask an admin of the organization.',
  404: 'It may have been renamed or removed, or you may not have access to it with this account.',
  429: 'Nothing has been lost. Wait a little, then try again.',
  500: 'The fault is ours and has been written down. Try again; if it stays, tell the operator of this server the number below.',
  503: 'Nothing has been lost. Reload the page in a moment.',
};

const detailOf = ({ status, message, errors }: ErrorBody): string => {
  const fields = Object.entries(errors ?? {}).map(
    ([name, problem]) => `${name}: ${typeof problem === 'string' ? problem : JSON.stringify(problem)}`,
  );
  return fields.length > 0 && status === 422 ? fields.join('; ') : message;
};

/** Every error that is not a form's, for people. Without a visitor where the request did not get that far. */
export function errorPage(visitor: Visitor | undefined, error: ErrorBody, requestId: string): string {
  const title = titles[error.status] ?? (error.status >= 500 ? 'Something went wrong' : 'That did not work');
  const isPlain = error.message === 'Page not found' || error.message === 'Internal server error';
  const login = error.status === 404 && visitor !== undefined && visitor.user === null;
  return sitePage(visitor ?? null, {
    title,
    narrow: true,
    children: (
      <div class="error-page">
        <p class="error-status">{error.status}</p>
        <h1>{title}</h1>
        {!isPlain && <p class="error-detail">{detailOf(error)}</p>}
        <p class="quiet">{advice[error.status] ?? 'Go back, and try again.'}</p>
        <p class="actions">
          <a class="button" href={paths.home}>
            Back to the start
          </a>
          {login && (
            <a class="button button-plain" href={paths.login(visitor.address)}>
              Log in
            </a>
          )}
        </p>
        {error.status >= 500 && (
          <p class="quiet small">
            Number of this request:
            <br />
            <code>{requestId}</code>
          </p>
        )}
      </div>
    ),
  });
}
