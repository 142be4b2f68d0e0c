import { createTarball } from '../../hex/tarball-writer.js';

export const DEMO_PACKAGE = 'acme_hello';
export const DEMO_VERSION = '1.0.0';

const files: Record<string, string> = {
  'README.md': `# ${DEMO_PACKAGE}\n\nThe private package of the demo organization. \`acme_hello:greet("you")\` greets you.\n`,
  'mix.exs': `defmodule AcmeHello.MixProject do
  use Mix.Project

  def project do
    [app: :acme_hello, version: "${DEMO_VERSION}", language: :erlang, deps: []]
  end

  def application, do: [extra_applications: []]
end
`,
  'rebar.config': '{erl_opts, [debug_info]}.\n',
  'src/acme_hello.app.src': `{application, acme_hello,
 [{description, "Greets, privately"}, {vsn, "${DEMO_VERSION}"}, {registered, []}, {applications, [kernel, stdlib]}, {env, []}]}.
`,
  'src/acme_hello.erl': `-module(acme_hello).
-export([greet/1]).

greet(Name) -> iolist_to_binary(["Hello ", Name, ", from a private package"]).
`,
};

/** A package that mix and rebar3 both compile, as the tarball their publish commands would send. */
export function demoTarball(): Promise<Uint8Array> {
  const paths = Object.keys(files);
  const binary = (text: string) => `<<"${text}">>`;
  const metadata = [
    `{<<"app">>,${binary(DEMO_PACKAGE)}}.`,
    `{<<"build_tools">>,[<<"mix">>,<<"rebar3">>]}.`,
    `{<<"description">>,<<"Greets, privately">>}.`,
    `{<<"files">>,[${paths.map(binary).join(',')}]}.`,
    `{<<"licenses">>,[<<"Apache-2.0">>]}.`,
    `{<<"links">>,[]}.`,
    `{<<"name">>,${binary(DEMO_PACKAGE)}}.`,
    `{<<"requirements">>,[]}.`,
    `{<<"version">>,${binary(DEMO_VERSION)}}.`,
  ];
  const contents = paths.map((path) => ({ path, bytes: Buffer.from(files[path]!) }));
  return createTarball({ metadata: `${metadata.join('\n')}\n`, files: contents });
}
