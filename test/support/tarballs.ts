import { createTarball } from '../../src/hex/tarball-writer.js';

export interface PackageSpec {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly requirements?: readonly {
    name: string;
    requirement?: string;
    repository?: string;
    optional?: boolean;
    app?: string;
  }[];
  readonly licenses?: readonly string[];
  /** More lines for metadata.config, as they are. */
  readonly extra?: string;
}

const text = (value: string): string => `<<"${value}"/utf8>>`;
const list = (values: readonly string[]): string => `[${values.map(text).join(',')}]`;

/** A tarball as clients make them. */
export async function tarball(spec: PackageSpec): Promise<Buffer> {
  const files = spec.files ?? { 'mix.exs': '# mix', [`src/${spec.name}.erl`]: `-module(${spec.name}).\n` };
  const contents = Object.entries(files).map(([path, content]) => ({ path, bytes: Buffer.from(content) }));
  return Buffer.from(await createTarball({ metadata: metadataOf(spec, Object.keys(files)), files: contents }));
}

export function metadataOf(spec: PackageSpec, files: readonly string[]): string {
  const requirements = (spec.requirements ?? []).map(
    ({ name, requirement = '>= 0.0.0', repository = 'hexpm', optional = false, app = name }) =>
      `[{<<"name">>,${text(name)}},{<<"app">>,${text(app)}},{<<"requirement">>,${text(requirement)}},` +
      `{<<"repository">>,${text(repository)}},{<<"optional">>,${optional}}]`,
  );
  return [
    `{<<"name">>,${text(spec.name)}}.`,
    `{<<"version">>,${text(spec.version ?? '1.0.0')}}.`,
    `{<<"app">>,${text(spec.name)}}.`,
    `{<<"description">>,${text(spec.description ?? `The package ${spec.name}`)}}.`,
    `{<<"files">>,${list(files)}}.`,
    `{<<"licenses">>,${list(spec.licenses ?? ['MIT'])}}.`,
    `{<<"links">>,[]}.`,
    `{<<"build_tools">>,[<<"mix">>]}.`,
    `{<<"requirements">>,[${requirements.join(',')}]}.`,
    spec.extra ?? '',
    '',
  ].join('\n');
}
