import { FormatError } from '../hex/format-error.js';
import { checkOrganizationName } from '../hex/package-name.js';
import { type Config } from '../platform/config.js';
import { invalidFields } from '../platform/errors.js';

/** `/orgs/new` is a page. */
const PAGES: readonly string[] = ['new'];

/** Throws unless an organization may be called so at all; whether somebody has or had the name the database says. */
export function checkName(name: string, { publicRepository }: Pick<Config, 'publicRepository'>): void {
  if (name === publicRepository || PAGES.includes(name)) throw invalidFields({ name: 'is reserved' });
  try {
    checkOrganizationName(name);
  } catch (error) {
    throw error instanceof FormatError ? invalidFields({ name: error.message }) : error;
  }
}
