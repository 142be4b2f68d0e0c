import { type Permission } from '../../accounts/permissions.js';

/** What a program asks for, as a choice: in plain words, and what allowing it means. */
export function scopeWords({ domain, resource }: Permission, organizations: readonly string[]) {
  switch (domain) {
    case 'api':
      return resource === 'read'
        ? { label: 'Read through the API', hint: 'See your packages, organizations, members and keys’ names.' }
        : {
            label: 'Publish and manage',
            hint: 'Publish, retire and revert releases; manage keys and members, as far as you may yourself.',
          };
    case 'repositories':
      return { label: 'Fetch packages of all your organizations', hint: reach(organizations) };
    case 'repository':
      return { label: `Fetch packages of ${resource}`, hint: 'For mix deps.get and the like.' };
    case 'package':
      return { label: `Publish ${resource}`, hint: 'Publish, retire and revert releases of this package.' };
    case 'docs':
      return { label: `Read the docs of ${resource}`, hint: 'Those that are private.' };
  }
}

const SHOWN = 5;

function reach(organizations: readonly string[]): string {
  if (organizations.length === 0) return 'You belong to none yet; it includes those you join later.';
  const more = organizations.length - SHOWN;
  const names = organizations.slice(0, SHOWN).join(', ');
  return `Now: ${names}${more > 0 ? ` and ${more} more` : ''}. It includes those you join later.`;
}
