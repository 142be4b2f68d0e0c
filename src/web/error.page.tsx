import { renderPage } from './layout.js';

export function errorPage(status: number, message: string): string {
  return renderPage({
    title: `${status} · Propolis`,
    children: (
      <>
        <h1>{message}</h1>
        <p>
          Error {status}. <a href="/">Back to the start</a>
        </p>
      </>
    ),
  });
}
