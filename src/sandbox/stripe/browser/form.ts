import { type SandboxRequest } from '../browser-port.js';

/** What a form of ours sent, by the names of its fields. */
export const formOf = ({ body }: SandboxRequest): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(body.toString('utf8')));
