# elixir read-tarball.exs FILE: what the Hex client's own reader finds in a package tarball, as JSON. Fails like it fails.
Code.require_file("hex.exs", __DIR__)
[path] = System.argv()
hex = fn bytes -> Base.encode16(bytes, case: :lower) end

case :mix_hex_tarball.unpack(File.read!(path), :memory) do
  {:ok, package} ->
    contents = for {name, bytes} <- package.contents, do: [List.to_string(name), byte_size(bytes), hex.(:crypto.hash(:sha256, bytes))]

    IO.puts(
      Json.encode(%{
        name: package.metadata["name"],
        inner: hex.(package.inner_checksum),
        outer: hex.(package.outer_checksum),
        contents: contents
      })
    )

  {:error, reason} ->
    IO.puts(:stderr, :mix_hex_tarball.format_error(reason))
    System.halt(1)
end
