# Reads the bytes that src/hex/etf-encode.ts makes (one "name hex" a line) and prints what Erlang understands, with `safe`
# as the clients do:
#   elixir etf-encoded.exs < ../etf-encoded.txt > ../etf-encoded.terms.txt
for line <- IO.stream(:stdio, :line) do
  [name, hex] = line |> String.trim_trailing() |> String.split(" ")
  term = hex |> Base.decode16!(case: :lower) |> :erlang.binary_to_term([:safe])
  IO.puts("#{name} #{inspect(term, limit: :infinity, printable_limit: :infinity, binaries: :as_strings, charlists: :as_lists, width: 0) |> String.replace(~r/\n\s*/, " ")}")
end
