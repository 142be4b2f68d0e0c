# Builds tiny packages with the real tools and keeps their metadata.config:
#   elixir metadata.exs      (needs the Hex client in ~/.mix; writes ../metadata/*.config)
# mix-*: `mix hex.build`. core-*: hex_core's tarball writer fed with what rebar3_hex feeds it. old-*: spelled by hand the
# way older clients did; each was read back by the client before it was written.
Path.wildcard(Path.expand("~/.mix/archives/hex*/**/ebin")) |> Enum.each(&Code.append_path/1)
out = Path.expand("../metadata", __DIR__)
File.mkdir_p!(out)
tmp = Path.join(System.tmp_dir!(), "propolis-metadata-#{System.pid()}")

metadata_of = fn tarball ->
  {:ok, files} = :erl_tar.extract({:binary, tarball}, [:memory])
  files |> Map.new() |> Map.fetch!('metadata.config')
end

mix = fn name, project ->
  dir = Path.join(tmp, name)
  File.mkdir_p!(Path.join(dir, "lib"))
  File.write!(Path.join(dir, "lib/a.ex"), "defmodule A do\nend\n")
  File.write!(Path.join(dir, "README.md"), "# A\n")
  File.write!(Path.join(dir, "mix.exs"), "defmodule A.MixProject do\n  use Mix.Project\n  def project, do: #{inspect(project, limit: :infinity, printable_limit: :infinity)}\nend\n")
  {log, 0} = System.cmd("mix", ["hex.build", "-o", "a.tar"], cd: dir, env: [{"HEX_OFFLINE", "1"}], stderr_to_stdout: true)
  IO.puts(log)
  File.write!(Path.join(out, "mix-#{name}.config"), metadata_of.(File.read!(Path.join(dir, "a.tar"))))
end

mix.("plain",
  app: :bee_plain, version: "0.1.0", elixir: "~> 1.14", description: "A plain package",
  package: [licenses: ["MIT"], links: %{"GitHub" => "https://example.com/bee_plain"}], deps: []
)

mix.("rich",
  app: :bee_rich, version: "1.2.3-rc.1", elixir: ">= 1.12.0 and < 2.0.0",
  description: "  Café, naïve: “typographic quotes” \\ and a \"plain\" one\nsecond line…  ",
  package: [
    name: "bee_rich_pkg", licenses: ["Apache-2.0", "MIT"], maintainers: ["Zoë", "José"],
    links: %{"Änderungen" => "https://example.com/änderungen", "GitHub" => "https://example.com/a?b=c&d"},
    files: ["lib", "mix.exs", "README.md"],
    extra: %{"c_app" => %{"depth" => 2, "tags" => ["é", "b"], "on" => true, "none" => nil}, "list" => []}
  ],
  deps: [{:dep_a, "~> 1.0"}, {:dep_b, ">= 0.1.0 and < 2.0.0 or == 3.0.0", optional: true}, {:dep_c, "~> 0.3.1", hex: :dep_c_pkg},
         {:dep_d, "~> 2.0", organization: "acme"}, {:dep_e, "~> 1.1", only: :test}, {:dep_f, "~> 1.0-rc", runtime: false}]
)

mix.("latin1", app: :bee_latin1, version: "2.0.0", description: "Crème brûlée", package: [licenses: ["MIT"], links: %{}, build_tools: ["mix", "make"]], deps: [])

core = fn name, meta ->
  {:ok, %{tarball: tarball}} = :mix_hex_tarball.create(meta, [{'rebar.config', "{deps, []}."}, {'src/bee.app.src', "x"}])
  {:ok, _} = :mix_hex_tarball.unpack(tarball, :memory)
  File.write!(Path.join(out, "core-#{name}.config"), metadata_of.(tarball))
end

core.("rebar3", %{
  "name" => "bee_core", "version" => "0.4.0", "app" => "bee_core", "description" => "Řeřicha “quoted”", "licenses" => ["Apache-2.0"],
  "files" => ["rebar.config", "src/bee.app.src"], "build_tools" => ["rebar3"], "links" => %{"Home" => "http://example.com"}, "maintainers" => [],
  "requirements" => %{
    "cowboy" => %{"app" => "cowboy", "optional" => false, "requirement" => "~> 2.9"},
    "jsx_pkg" => %{"app" => "jsx", "optional" => true, "requirement" => "3.1.0", "repository" => "acme"}
  }
})
core.("bare", %{"name" => "bee_bare", "version" => "0.0.1", "app" => "bee_bare", "files" => ["rebar.config", "Makefile", "src/mix.exs"],
  "requirements" => %{}, "description" => "Élan"})

for {name, text} <- [
      {"nil", ~s({<<"app">>,<<"bee_nil">>}.\n{<<"build_tools">>,[<<"mix">>]}.\n{<<"description">>,<<"nil">>}.\n{<<"elixir">>,<<"nil">>}.\n{<<"files">>,[<<"mix.exs">>]}.\n{<<"licenses">>,<<"nil">>}.\n{<<"links">>,nil}.\n{<<"name">>,<<"bee_nil">>}.\n{<<"requirements">>,[]}.\n{<<"secret_scan">>,[{<<"skip">>,true}]}.\n{<<"version">>,<<"1.0.0">>}.\n)},
      {"byte-pairs", ~s({<<"name">>,<<"bee_old">>}.\n{<<"version">>,<<"1.0.0">>}.\n{<<"app">>,<<"bee_old">>}.\n{<<"description">>,<<"caf\u00c3\u00a9">>}.\n{<<"files">>,[<<"mix.exs">>]}.\n{<<"licenses">>,[<<"MIT">>]}.\n)},
      {"latin1", ~s({<<"name">>,<<"bee_old">>}.\n{<<"version">>,<<"1.0.0">>}.\n{<<"app">>,<<"bee_old">>}.\n{<<"description">>,<<"caf\u00e9">>}.\n{<<"files">>,[<<"mix.exs">>]}.\n) |> :unicode.characters_to_binary(:utf8, :latin1)}
    ] do
  contents = :zlib.gzip(<<0::8192>>)
  path = tmp <> ".tar"
  checksum = :crypto.hash(:sha256, ["3", text, contents]) |> Base.encode16()
  :ok = :erl_tar.create(to_charlist(path), [{'VERSION', "3"}, {'CHECKSUM', checksum}, {'metadata.config', text}, {'contents.tar.gz', contents}])
  {:ok, _} = :mix_hex_tarball.unpack(File.read!(path), :none)
  File.rm!(path)
  File.write!(Path.join(out, "old-#{name}.config"), text)
end

File.rm_rf!(tmp)
