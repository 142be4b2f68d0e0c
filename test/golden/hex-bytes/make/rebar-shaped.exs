# elixir rebar-shaped.exs FILE: a tarball whose metadata has the shape rebar3_hex gives it.
Code.require_file("hex.exs", __DIR__)
[path] = System.argv()

metadata = %{
  "name" => "wax",
  "app" => "wax",
  "version" => "0.4.0",
  "description" => "Wax for rebar3",
  "licenses" => ["Apache-2.0"],
  "links" => %{"GitHub" => "https://example.com/wax"},
  "build_tools" => ["rebar3"],
  "files" => ["src/wax.erl", "src/wax.app.src", "rebar.config", "rebar.lock"],
  "requirements" => %{"cowboy" => %{"app" => "cowboy", "optional" => false, "requirement" => "~> 2.9"}}
}

files = [
  {'rebar.config', "{deps, [{cowboy, \"~> 2.9\"}]}.\n"},
  {'rebar.lock', "[].\n"},
  {'src/wax.app.src', "{application, wax, [{vsn, \"0.4.0\"}]}.\n"},
  {'src/wax.erl', "-module(wax).\n"}
]

{:ok, %{tarball: tarball}} = :mix_hex_tarball.create(metadata, files)
File.write!(path, tarball)
