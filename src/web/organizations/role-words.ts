import { type Role, roles } from '../../organizations/member.entity.js';
import { type Option } from '../components/form.js';

/** What each role is good for, beside its name. */
const HINTS: Record<Role, string> = {
  read: 'Reads and fetches packages.',
  write: 'Also publishes and retires packages, and manages the organization’s keys.',
  admin: 'Also manages members, settings and payment.',
  billing: 'Sees the organization and its members and pays. Reads no packages.',
};

export const roleOptions: readonly Option[] = roles.map((role) => ({ value: role, label: role, hint: HINTS[role] }));
