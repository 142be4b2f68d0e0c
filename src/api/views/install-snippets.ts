import { isStable, parseVersion } from '../../hex/version.js';
import { type Release } from '../../packages/release.entity.js';

/** Lines to paste into a project's files (hex-server-facts.md 2.7). `mix.exs` must be text, or mix crashes. */
export function installSnippets(scope: string | undefined, name: string, release: Release): Record<string, string> {
  const { app } = release.meta;
  const version = parseVersion(release.version);
  const minor = `${version.major}.${version.minor}`;
  const requirement = !isStable(version)
    ? release.version
    : String(version.major) === '0'
      ? `${minor}.${version.patch}`
      : minor;
  const options = [
    ...(app === name ? [] : [`hex: :${name}`]),
    ...(scope === undefined ? [] : [`organization: "${scope}"`]),
  ];
  const more = options.map((option) => `, ${option}`).join('');
  return {
    'mix.exs': `{:${app}, "~> ${requirement}"${more}}`,
    'rebar.config': app === name ? `{${name}, "${release.version}"}` : `{${app}, "${release.version}", {pkg, ${name}}}`,
    'erlang.mk': `dep_${app} = hex ${release.version}${app === name ? '' : ` ${name}`}`,
  };
}
