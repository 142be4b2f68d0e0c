import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** The pages of the dashboard, which are also the only ones that a form may lead back to. */
export const PAGES = [
  { path: '/', label: 'Customers' },
  { path: '/payments', label: 'Payments' },
  { path: '/events', label: 'Events' },
] as const;

export type DashboardPath = (typeof PAGES)[number]['path'];

export const Back = createContext<DashboardPath>('/');

/** The page that is drawn, where its forms lead back to. */
export const useBack = (): DashboardPath => useContext(Back);
