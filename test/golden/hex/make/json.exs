# Just enough JSON to print golden rows; the stdlib of Elixir 1.14 has none.
defmodule Json do
  def encode(nil), do: "null"
  def encode(true), do: "true"
  def encode(false), do: "false"
  def encode(n) when is_integer(n), do: Integer.to_string(n)
  def encode(x) when is_float(x), do: Float.to_string(x)
  def encode(a) when is_atom(a), do: encode(Atom.to_string(a))
  def encode(s) when is_binary(s), do: [?", for(<<c::utf8 <- s>>, do: char(c)), ?"]
  def encode(l) when is_list(l), do: [?[, Enum.map(l, &encode/1) |> Enum.intersperse(","), ?]]
  def encode({:object, pairs}), do: [?{, Enum.map(pairs, fn {k, v} -> [encode(k), ":", encode(v)] end) |> Enum.intersperse(","), ?}]

  def row(pairs), do: IO.binwrite([encode({:object, pairs}), "\n"])

  defp char(c) when c in [?", ?\\], do: [?\\, c]
  defp char(c) when c < 32 or c > 126 do
    if c > 0xFFFF do
      <<h::16, l::16>> = :unicode.characters_to_binary([c], :utf8, {:utf16, :big})
      [hex(h), hex(l)]
    else
      hex(c)
    end
  end
  defp char(c), do: c
  defp hex(c), do: ["\\u", c |> Integer.to_string(16) |> String.pad_leading(4, "0")]
end
