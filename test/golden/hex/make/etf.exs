# Prints terms as Erlang writes them and what they mean to src/hex/etf-decode.ts, one JSON row a line:
#   elixir etf.exs > ../etf.jsonl
# {"term", "hex", "value"}; {"term", "hex", "refused": true} for terms that no request may hold.
# Each accepted term is there with minor_version 1 (what OTP 25 writes) and 2 (OTP 26 and later: other atom tags).
# In values, {"$bytes": hex} stands for bytes that are no text and {"$big": digits} for inexact integers.
Code.require_file("json.exs", __DIR__)
:rand.seed(:exsss, {2026, 11, 22})

defmodule Etf do
  @safe 9_007_199_254_740_991

  def value(x) when x in [true, false], do: x
  def value(x) when x in [nil, :undefined], do: nil
  def value(x) when is_atom(x), do: Atom.to_string(x)
  def value(x) when is_integer(x) and abs(x) > @safe, do: {:object, [{"$big", Integer.to_string(x)}]}
  def value(x) when is_number(x), do: x
  def value(x) when is_binary(x), do: if(String.valid?(x), do: x, else: {:object, [{"$bytes", Base.encode16(x, case: :lower)}]})
  def value(x) when is_list(x), do: Enum.map(x, &value/1)
  def value(x) when is_tuple(x), do: x |> Tuple.to_list() |> value()
  def value(x) when is_map(x), do: {:object, for({k, v} <- x, do: {if(is_atom(k), do: Atom.to_string(k), else: k), value(v)})}

  def row(term, options), do: row(term, :erlang.term_to_binary(term, options), [{"value", value(term)}])
  def refused(term, options \\ []), do: row(term, :erlang.term_to_binary(term, options), [{"refused", true}])
  def row(term, bytes, more) do
    shown = term |> inspect(limit: 8, printable_limit: 40) |> String.slice(0, 100)
    Json.row([{"term", shown}, {"hex", Base.encode16(bytes, case: :lower)} | more])
  end

  def random(0), do: leaf(:rand.uniform(12))
  def random(depth) do
    case :rand.uniform(8) do
      1 -> several(depth)
      2 -> List.to_tuple(several(depth))
      n when n in 3..5 -> for(_ <- 1..:rand.uniform(4), into: %{}, do: {key(), random(depth - 1)})
      _ -> leaf(:rand.uniform(12))
    end
  end
  defp several(depth), do: for(_ <- 1..:rand.uniform(4), do: random(depth - 1))
  defp key, do: Enum.at(["name", "version", "é", "", "a key", :name2, :admin, :nil], :rand.uniform(8) - 1)
  defp leaf(1), do: :rand.uniform(256) - 1
  defp leaf(2), do: :rand.uniform(0x100000000) - 0x80000000
  defp leaf(3), do: (:rand.uniform(2) * 2 - 3) * :rand.uniform(Integer.pow(2, :rand.uniform(200)))
  defp leaf(4), do: :rand.normal() * :math.pow(10, :rand.uniform(40) - 20)
  defp leaf(5), do: :rand.bytes(:rand.uniform(6))
  defp leaf(6), do: Enum.at([true, false, nil, :undefined, :admin, :write, :read, :"é", :"日本"], :rand.uniform(9) - 1)
  defp leaf(7), do: 'charlist'
  defp leaf(8), do: []
  defp leaf(9), do: 'žluť'
  defp leaf(_), do: Enum.at(["", "text", "naïve", "日本語", "😀", "a\0b", "\uFEFFbom", "“quoted”"], :rand.uniform(8) - 1)
end

terms = [
  0, 1, 255, 256, -1, -255, -256, 2147483647, 2147483648, -2147483648, -2147483649, 9007199254740991, 9007199254740992, -9007199254740991, -9007199254740992,
  Integer.pow(2, 64), -Integer.pow(2, 64), Integer.pow(2, 2040) - 1, -(Integer.pow(2, 2040) - 1),
  0.0, -1.5, 3.141592653589793, 1.0e300, 5.0e-324, 1.0, 1.0e22,
  true, false, nil, :undefined, :null, :admin, :"with space", :"é", :"日本", :"", String.to_atom(String.duplicate("a", 255)), String.to_atom(String.duplicate("日", 255)),
  "", "abc", "é", "日本語", "😀", "a\0b", "\uFEFFbom", <<255>>, <<0xC3>>, <<0xED, 0xA0, 0x80>>, <<0xF4, 0x90, 0x80, 0x80>>, String.duplicate("x", 300),
  [], 'abc', 'é', '日本', [0], [255, 0], [256], [1, "a"], [[]], [[], []], [1.5], Enum.to_list(1..300),
  {}, {1}, {"a", :b}, {{}, {{}}}, List.to_tuple(Enum.to_list(1..300)),
  %{}, %{"a" => 1}, %{a: 1}, %{"a" => %{"b" => %{"c" => nil}}}, %{nil => 1, true => 2, false: 3}, %{"constructor" => 1, "toString" => 2, "prototype" => %{}},
  Map.new(1..40, &{"k#{&1}", &1}),
  %{"name" => "laptop", "permissions" => [%{"domain" => "api", "resource" => nil}, %{"domain" => "repository", "resource" => "acme"}]},
  %{"level" => "full", "transfer" => true}, %{"reason" => "security", "message" => "see CVE-2026-0001"}, %{"name" => "eric", "role" => :admin},
  %{"client_id" => "78ea6566-89fd-481e-a1d6-7d9d78eacca8", "grant_type" => "urn:ietf:params:oauth:grant-type:device_code", "device_code" => "x"}
]

for term <- terms ++ for(_ <- 1..300, do: Etf.random(4)) do
  Etf.row(term, minor_version: 1)
  Etf.row(term, minor_version: 2)
end

pid = :erlang.list_to_pid('<0.1.2>')
refused = [
  Integer.pow(2, 2040), -Integer.pow(2, 9000), <<1::1>>, <<255, 3::2>>, [1 | 2], ["a" | "b"], [[1 | 2]],
  %{1 => 2}, %{[] => 1}, %{{} => 1}, %{1.5 => 1}, %{<<255>> => 1}, %{%{} => 1}, %{:a => 1, "a" => 2}, %{"__proto__" => 1}, %{__proto__: 1},
  [%{"a" => <<1::3>>}], %{"a" => [1 | 2]}
]
for term <- refused, do: Etf.refused(term)
# The fun is the only row that differs from run to run.
for term <- [pid, :erlang.list_to_ref('#Ref<0.1.2.3>'), fn -> :ok end, &String.length/1, :erlang.list_to_port('#Port<0.5>'), [pid], %{"a" => pid}], do: Etf.refused(term)
for term <- [String.duplicate("a", 1000), Map.new(1..100, &{"k#{&1}", "value"})], do: Etf.refused(term, [:compressed])
