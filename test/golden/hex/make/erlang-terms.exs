# Prints how the Hex client (hex_core inside mix hex) reads texts in the place of metadata.config, one JSON row a line:
#   elixir erlang-terms.exs > ../erlang-terms.jsonl
# {"text" or "latin1" (bytes as code points), "ok", "value"}; values: {"$bytes": hex}, {"$atom": name}, {"$tuple": [..]},
# {"$map": [[k, v]..]}, {"$big": digits}. The value is the first pair's second half.
Code.require_file("json.exs", __DIR__)
Path.wildcard(Path.expand("~/.mix/archives/hex*/**/ebin")) |> Enum.each(&Code.append_path/1)
:rand.seed(:exsss, {2026, 11, 22})

defmodule Terms do
  @safe 9_007_199_254_740_991
  def value(x) when is_atom(x), do: {:object, [{"$atom", Atom.to_string(x)}]}
  def value(x) when is_integer(x) and abs(x) > @safe, do: {:object, [{"$big", Integer.to_string(x)}]}
  def value(x) when is_integer(x), do: x
  def value(x) when is_binary(x), do: if(String.valid?(x), do: x, else: {:object, [{"$bytes", Base.encode16(x, case: :lower)}]})
  def value(x) when is_list(x), do: Enum.map(x, &value/1)
  def value(x) when is_tuple(x), do: {:object, [{"$tuple", x |> Tuple.to_list() |> value()}]}
  def value(x) when is_map(x), do: {:object, [{"$map", for({k, v} <- x, do: [value(k), value(v)])}]}

  def read(bytes) do
    contents = :zlib.gzip(<<0::8192>>)
    checksum = :crypto.hash(:sha256, ["3", bytes, contents]) |> Base.encode16()
    path = Path.join(System.tmp_dir!(), "terms-#{System.pid()}.tar")
    files = [{'VERSION', "3"}, {'CHECKSUM', checksum}, {'metadata.config', bytes}, {'contents.tar.gz', contents}]
    :ok = :erl_tar.create(to_charlist(path), files)
    result = try do :mix_hex_tarball.unpack(File.read!(path), :none) rescue error -> {:error, error} end
    File.rm!(path)
    result
  end

  def row(text), do: row("text", text, text)
  def row(name, shown, bytes) do
    more =
      case read(bytes) do
        {:ok, %{metadata: %{"a" => value}}} -> [{"ok", true}, {"value", value(value)}]
        {:ok, other} -> raise inspect({shown, other})
        {:error, _} -> [{"ok", false}]
      end
    Json.row([{name, shown} | more])
  end

  def random(0), do: leaf(:rand.uniform(9))
  def random(depth) do
    case :rand.uniform(6) do
      1 -> several(depth)
      2 -> List.to_tuple(several(depth))
      3 -> Map.new(several(depth), &{&1, random(depth - 1)})
      _ -> leaf(:rand.uniform(9))
    end
  end
  defp several(depth), do: for(_ <- 1..:rand.uniform(4), do: random(depth - 1))
  defp leaf(1), do: :rand.uniform(100_000) - 50_000
  defp leaf(2), do: (:rand.uniform(2) * 2 - 3) * :rand.uniform(Integer.pow(2, 100))
  defp leaf(3), do: :rand.bytes(:rand.uniform(6))
  defp leaf(4), do: Enum.at([true, false, nil, :undefined, :"Elixir.String", :+, :"", :error], :rand.uniform(8) - 1)
  defp leaf(5), do: []
  defp leaf(_) do
    chars = String.graphemes("ab \n\t\"\\'{}[].,#%é“日😀<>\r\e\d\0\b~/1-")
    Enum.map_join(1..:rand.uniform(8), fn _ -> Enum.at(chars, :rand.uniform(length(chars)) - 1) end)
  end
end

written = File.read!(Path.join(__DIR__, "erlang-terms.txt")) |> String.trim_trailing() |> String.split("\n====\n")
Enum.each(written, &Terms.row/1)
for text <- ["\uFEFF{<<\"a\">>,1}.", "{<<\"a\">>,1}.\0\n", "\0{\x01<<\"a\">>\x1f,\r1}\v.", "{<<\"a\">>,<<\"\0\x01\x7f\">>}."], do: Terms.row(text)
for bytes <- ["{<<\"a\">>,<<\"caf\xE9\">>}.", "{<<\"a\">>,<<\"caf\xE9\"/utf8>>}.", "{<<\"a\">>,\"\xE9\xFF\"}.", "{<<\"a\">>,<<\"\xC3\xA9 \xE9\">>}.", "{<<\"a\">>,1}.\xC3"] do
  Terms.row("latin1", :unicode.characters_to_binary(bytes, :latin1), bytes)
end

print = fn term, options -> :unicode.characters_to_binary([:io_lib_pretty.print({"a", term}, options), ".\n"]) end
for _ <- 1..250 do
  term = Terms.random(3)
  Terms.row(print.(term, encoding: :utf8))
  Terms.row(:unicode.characters_to_binary(:io_lib.format('~w.', [{"a", term}])))
end
