# Puts the Hex client and the hex_core inside it on the code path.
archives = Path.join(System.get_env("MIX_HOME", Path.expand("~/.mix")), "archives")
for ebin <- Path.wildcard(Path.join(archives, "**/ebin")), do: Code.prepend_path(ebin)

unless Code.ensure_loaded?(:mix_hex_tarball), do: raise("the Hex client is not installed: mix local.hex")

defmodule Json do
  @moduledoc "Enough JSON for the fixtures; Elixir has none before 1.18."
  def encode(nil), do: "null"
  def encode(value) when is_boolean(value) or is_integer(value), do: to_string(value)
  def encode(value) when is_atom(value), do: encode(Atom.to_string(value))
  def encode(list) when is_list(list), do: "[" <> Enum.map_join(list, ",", &encode/1) <> "]"

  def encode(map) when is_map(map) do
    "{" <> Enum.map_join(Enum.sort(map), ",\n", fn {key, value} -> encode(key) <> ":" <> encode(value) end) <> "}"
  end

  def encode(text) when is_binary(text) do
    ~s(") <> String.replace(text, ["\\", "\"", "\n"], fn c -> if c == "\n", do: "\\n", else: "\\" <> c end) <> ~s(")
  end
end
