import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import { toScope } from '../../accounts/permissions.js';
import { type Action, ruleOf } from '../../access/table.js';
import { type Content, type Need } from './endpoint.js';
import { type DescribedEndpoint } from './endpoints.js';

/** An OpenAPI document as it is sent. */
export type ApiDocument = ReturnType<typeof createDocument>;

const ERLANG = 'application/vnd.hex+erlang';

/** What every refusal looks like. */
export const ErrorShape = z
  .strictObject({
    status: z.int(),
    message: z.string().meta({ description: 'For people.' }),
    errors: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'By field: a text, or the same again. Never a list.' }),
  })
  .meta({ id: 'Error' });

const ABOUT = `
The whole Hex API as \`mix\`, \`rebar3\` and Gleam speak it, and billing.

- **Two languages.** Every answer comes as JSON or, where \`Accept\` names \`${ERLANG}\`, as an Erlang term of the same shape; bodies are
  read by their \`Content-Type\`, also as forms. A \`User-Agent\` is required.
- **Credentials.** \`Authorization: KEY\` with an API key, \`Authorization: Bearer TOKEN\` with an access token, or HTTP Basic with name and
  password. Each endpoint says which permission a key or token must carry and which role its owner must have; \`api\` includes \`api:read\`
  and \`api:write\`, and \`api:write\` includes every package.
- **What is not yours looks absent:** 404, as if there were no such thing.
- **Refusals** have one shape (\`Error\`): 400 unreadable, 401 no credential or one that does not carry the permission, 403 the owner may not, 404
  absent, 409 not as things are, 413 too large, 422 a field is wrong (\`errors\` says which), 429 too many (\`x-ratelimit-reset\` says until when),
  503 try again.
- **Lists** come in pages (\`page\` from 1, \`per_page\` up to 100) where they may be long; the others are in the \`Link\` header (RFC 8288).
- **Reads** carry an \`ETag\` and answer 304 to \`If-None-Match\`.
- **Without a repository** in its path a package is looked for in the public repository, where there is one.
`.trim();

/** What a part of a path names, by the part before it. */
const NAMED: Readonly<Record<string, string>> = {
  ...{ orgs: 'Name of the organization.', repos: 'Name of the repository: that of its organization.' },
  ...{
    packages: 'Name of the package.',
    releases: 'Version.',
    keys: 'Name of the key.',
    policies: 'Name of the policy.',
  },
  ...{ users: 'User name.', members: 'User name.', owners: 'User name, or an e-mail address.' },
  ...{ advisories: 'Id of the advisory.', invoices: 'Id of the invoice.', changes: 'Id of the change.' },
};

/** The API's description, made of the schemas that check what comes in and of those that the tests hold answers against. */
export function apiDocument(endpoints: readonly DescribedEndpoint[], site: string, version: string): ApiDocument {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const endpoint of endpoints.toSorted(byPath))
    (paths[templateOf(endpoint.path)] ??= {})[endpoint.method] = operationOf(endpoint);
  const document: ZodOpenApiObject = {
    openapi: '3.1.0',
    info: { title: 'Propolis', version, description: ABOUT },
    servers: [{ url: site }],
    tags: [...new Set(endpoints.map(({ resource }) => resource))].toSorted().map((name) => ({ name })),
    paths: paths,
    components: { securitySchemes },
  };
  const made = createDocument(document, {
    override: ({ jsonSchema, io }) => {
      // Answers may learn new fields: what a reader does not know is to be passed over.
      if (io === 'output') delete jsonSchema.additionalProperties;
      // The format says it, and can be read.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      // What every whole number has to keep to says nothing about this one.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  // As it will be read: the maker leaves fields that hold nothing, and a term has no such thing.
  return JSON.parse(JSON.stringify(made)) as ApiDocument;
}

const securitySchemes = {
  key: {
    ...({ type: 'apiKey', in: 'header', name: 'Authorization' } as const),
    description: 'An API key, without a scheme before it.',
  },
  token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } as const,
  password: { type: 'http', scheme: 'basic' } as const,
};
const CREDENTIALS = Object.keys(securitySchemes).map((name) => ({ [name]: [] }));

const byPath = (a: DescribedEndpoint, b: DescribedEndpoint): number =>
  a.resource.localeCompare(b.resource) || a.path.localeCompare(b.path) || a.method.localeCompare(b.method);

/** `/api/orgs/{organization}`. */
export const templateOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

function operationOf(endpoint: DescribedEndpoint): ZodOpenApiOperationObject {
  const { path, resource, id, description, needs, status, body, query } = endpoint;
  const { summary, details, answer, also = {}, refuses = ErrorShape } = description;
  const others = Object.entries(also).map(([code, { when, content }]) => [code, responseOf(when, content)] as const);
  const parameters = {
    ...(path.includes(':') && { path: pathOf(path) }),
    ...(query && { query: query as z.ZodObject }),
  };
  return {
    operationId: id,
    tags: [resource],
    summary,
    description: [details, needText(needs)].filter(Boolean).join('\n\n'),
    ...(Object.keys(parameters).length > 0 && { requestParams: parameters }),
    ...(body && { requestBody: { content: bodyOf(body) } }),
    responses: {
      [status]: responseOf('It worked.', answer),
      ...Object.fromEntries(others),
      default: { description: 'Refused.', content: inBoth(refuses) },
    },
    security: securityOf(needs),
  };
}

function pathOf(path: string): z.ZodObject {
  const parts = path.split('/');
  const fields = parts.flatMap((part, index) => {
    if (!part.startsWith(':')) return [];
    return [[part.slice(1), z.string().meta({ description: NAMED[parts[index - 1]!] ?? '' })] as const];
  });
  return z.object(Object.fromEntries(fields));
}

const inBoth = (schema: z.ZodType) => ({ 'application/json': { schema }, [ERLANG]: { schema } });

const BYTES = { tarball: 'application/octet-stream', pdf: 'application/pdf' } as const;

const bodyOf = (body: z.ZodType | 'tarball') =>
  body === 'tarball'
    ? { [BYTES.tarball]: {} }
    : { ...inBoth(body), 'application/x-www-form-urlencoded': { schema: body } };

function responseOf(description: string, content: Content): ZodOpenApiResponseObject {
  if (content === null) return { description };
  return { description, content: typeof content === 'string' ? { [BYTES[content]]: {} } : inBoth(content) };
}

const OWN_TEXTS = {
  'account.read': 'A person’s own: with a key or token, `api:read`.',
  'account.write': 'A person’s own: with a key or token, `api:write`.',
  credential: 'With any credential that carries `api:read`.',
  anyone: 'For everybody; a credential (`api:read`) shows more.',
  nothing: 'For everybody.',
} as const;

/** In words: whom the endpoint answers. */
export function needText(needs: Need): string {
  if (needs in OWN_TEXTS) return OWN_TEXTS[needs as keyof typeof OWN_TEXTS];
  const rule = ruleOf(needs as Action);
  const wide = rule.permission({ name: 'ORG', package: 'NAME' });
  const standing = rule.standing === undefined ? '' : ` ${STANDING[rule.standing]}`;
  const open = ofPackages.has(needs as Action) ? ` ${rule.roles.includes('read') ? OPEN_TO_READ : OPEN_TO_WRITE}` : '';
  return `Needs \`${toScope(wide)}\` of a key or token, and of its owner the role ${rule.roles.join(', ')}.${standing}${open}`;
}

/** Of what may also be in the public repository, where nobody has a role. */
const ofPackages: ReadonlySet<Action> = new Set<Action>([
  ...(['repository.read', 'package.read', 'package.publish', 'release.revert', 'release.retire'] as const),
  ...(['owners.manage', 'audit.read'] as const),
]);
const OPEN_TO_READ = 'What is public is for everybody.';
const OPEN_TO_WRITE = 'In the public repository: its owners.';

const STANDING = {
  fetching: 'The organization’s standing must allow fetching.',
  publishing: 'The organization’s standing must allow publishing.',
};

function securityOf(needs: Need): Record<string, never[]>[] {
  if (needs === 'nothing') return [];
  const reads = needs === 'anyone' || needs === 'package.read' || needs === 'repository.read';
  return reads ? [...CREDENTIALS, {}] : CREDENTIALS;
}
