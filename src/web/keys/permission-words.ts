import { type Permission } from '../../accounts/permissions.js';

/** A permission as people read it. */
export function permissionWords({ domain, resource }: Permission): string {
  switch (domain) {
    case 'api':
      return resource === 'read' ? 'read the API' : resource === 'write' ? 'publish and manage' : 'the whole API';
    case 'repositories':
      return 'fetch from all organizations';
    case 'repository':
      return `fetch from ${resource}`;
    case 'package':
      return `publish ${resource}`;
    case 'docs':
      return `read docs of ${resource}`;
  }
}
