import { type ComponentChildren } from 'preact';
import { type Answer, type BrowserPort } from '../../browser-port.js';
import { Banner } from '../banner.js';
import { pageAnswer } from '../page.js';
import { Clock } from './clock.js';
import { Back, type DashboardPath, PAGES } from './pages.js';

interface DashboardPage {
  readonly path: DashboardPath;
  readonly children: ComponentChildren;
}

export const dashboardPage = (sandbox: BrowserPort, { path, children }: DashboardPage): Answer =>
  pageAnswer({
    ...{
      title: `${PAGES.find((page) => page.path === path)?.label} · Stripe sandbox`,
      styles: ['pages/base.css', 'pages/dashboard.css'],
    },
    children: (
      <Back.Provider value={path}>
        <Banner />
        <main class="wide">
          <h1>Stripe sandbox</h1>
          <Clock sandbox={sandbox} />
          <nav class="tabs" aria-label="Dashboard">
            {PAGES.map((page) => (
              <a key={page.path} href={page.path} aria-current={page.path === path ? 'page' : undefined}>
                {page.label}
              </a>
            ))}
          </nav>
          {children}
        </main>
      </Back.Provider>
    ),
  });
