#!/bin/sh
# Makes the tarballs of this folder with the real tools: ./tarballs.sh (needs elixir and the Hex client).
#   mix-built.tar     `mix hex.build` of a project with everything a tar reader can stumble over
#   rebar-shaped.tar  hex_core's tarball code fed with metadata as rebar3_hex writes it
# and their .json: what hex_core itself reads from them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkdir -p lib priv/empty "priv/$(printf 'd%.0s' $(seq 60))/$(printf 'e%.0s' $(seq 60))" bin
cat > mix.exs <<'EOF'
defmodule Comb.MixProject do
  use Mix.Project
  def project do
    [app: :comb, version: "1.2.3-rc.1", elixir: "~> 1.12", description: "Wächter der “Waben”", deps: deps(),
     package: [licenses: ["MIT"], links: %{"Home" => "https://example.com/"}, files: ~w(lib priv bin mix.exs README.md)]]
  end
  defp deps, do: [{:jason, "~> 1.4"}, {:plug, ">= 1.0.0", optional: true}]
end
EOF
echo 'defmodule Comb do end' > lib/comb.ex
echo '# Comb' > README.md
printf '#!/bin/sh\n' > bin/run; chmod 755 bin/run
ln -s ../README.md lib/readme_link
echo umlaut > priv/wäbe.txt
# Names whose pax record is a few bytes around 100, where erl_tar writes a wrong length.
for n in $(seq 24 34); do echo $n > "priv/$(printf '蜂%.0s' $(seq $n))"; done
echo ustar > "priv/$(printf 'd%.0s' $(seq 60))/$(printf 'e%.0s' $(seq 60))/prefix.txt"
echo pax > "priv/$(printf 'd%.0s' $(seq 60))/$(printf 'n%.0s' $(seq 150))"
: > priv/zero
head -c 1536 /dev/zero > priv/blocks

MIX_ENV=prod mix hex.build --output "$here/../mix-built.tar" > /dev/null
elixir "$here/rebar-shaped.exs" "$here/../rebar-shaped.tar"
for name in mix-built rebar-shaped; do elixir "$here/read-tarball.exs" "$here/../$name.tar" > "$here/../$name.json"; done
