# elixir registry.exs: encodes and signs registry resources with the Hex client's own code, into the folder above.
# The same content stands in TypeScript in src/hex/registry/*.spec.ts. The key is for these files only.
Code.require_file("hex.exs", __DIR__)
out = Path.join(__DIR__, "..")
key_path = Path.join(out, "registry-key.pem")

unless File.exists?(key_path) do
  {_, 0} = System.cmd("openssl", ~w(genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out) ++ [key_path], stderr_to_stdout: true)
end

{_, 0} = System.cmd("openssl", ["pkey", "-in", key_path, "-pubout", "-out", Path.join(out, "registry-key.pub.pem")])
{fingerprint, 0} = System.cmd("bash", ["-c", "ssh-keygen -lf <(ssh-keygen -i -m PKCS8 -f registry-key.pub.pem)"], cd: out)
File.write!(Path.join(out, "registry-key.fingerprint"), (fingerprint |> String.split() |> Enum.at(1)) <> "\n")

seconds = fn iso -> iso |> DateTime.from_iso8601() |> elem(1) |> DateTime.to_unix() end
checksum = fn byte -> :binary.copy(<<byte>>, 32) end

names = %{
  repository: "acme",
  packages: [
    %{name: "comb", updated_at: %{seconds: seconds.("2026-11-22T20:00:00Z"), nanos: 123_000_000}},
    %{name: "hive"},
    %{name: "wax_2", updated_at: %{seconds: seconds.("1969-12-31T23:59:59Z"), nanos: 500_000_000}}
  ]
}

versions = %{
  repository: "acme",
  packages: [
    %{name: "comb", versions: ["0.9.0", "1.0.0-rc.1", "1.0.0", "1.10.0"], retired: [0, 2]},
    %{name: "hive", versions: ["2.0.0"], retired: [], with_advisories: [0]}
  ]
}

package = %{
  name: "comb",
  repository: "acme",
  advisories: [
    %{
      id: "EEF-CVE-2026-1",
      summary: "Melts",
      html_url: "https://osv.example/1",
      api_url: "https://api.osv.example/1",
      severity: :SEVERITY_HIGH,
      cvss_score: 7.5,
      aliases: ["CVE-2026-1", "GHSA-x"]
    },
    %{id: "EEF-CVE-2026-2", summary: "Drips", html_url: "https://osv.example/2", api_url: "https://api.osv.example/2", aliases: []}
  ],
  releases: [
    %{
      version: "0.9.0",
      inner_checksum: checksum.(1),
      outer_checksum: checksum.(2),
      dependencies: [],
      retired: %{reason: :RETIRED_OTHER},
      advisory_indexes: [0, 1]
    },
    %{
      version: "1.0.0",
      inner_checksum: checksum.(3),
      outer_checksum: checksum.(255),
      dependencies: [
        %{package: "hive", requirement: "~> 2.0"},
        %{package: "jason", requirement: "~> 1.4 or ~> 2.0", repository: "hexpm", optional: true},
        %{package: "wax_2", requirement: ">= 0.0.0", app: "wax"}
      ],
      retired: %{reason: :RETIRED_SECURITY, message: "Wächst „schief“"},
      published_at: %{seconds: seconds.("2026-11-22T20:00:00Z"), nanos: 0}
    }
  ]
}

policy = %{
  repository: "acme",
  name: "strict-prod",
  description: "Was geprüft ist",
  visibility: :VISIBILITY_PUBLIC,
  repositories: [
    %{
      repository: "hexpm",
      restriction: %{
        advisory_min_severity: :SEVERITY_NONE,
        retirement_reasons: [:RETIRED_OTHER, :RETIRED_SECURITY],
        cooldown: "2w"
      },
      overrides: [
        %{action: :OVERRIDE_ACTION_ALLOW, ref: %{package: "plug", requirement: "~> 1.18"}, comment: "Reviewed"},
        %{action: :OVERRIDE_ACTION_DENY, ref: %{package: "evil"}},
        %{action: :OVERRIDE_ACTION_ADVISORY, ref: %{package: "plug"}, advisory_id: "CVE-2026-1"},
        %{action: :OVERRIDE_ACTION_RETIREMENT, ref: %{package: "old"}, retirement_reason: :RETIRED_OTHER},
        %{action: :OVERRIDE_ACTION_COOLDOWN, ref: %{package: "hotfix", requirement: "== 2.0.1"}}
      ]
    },
    %{repository: "acme", restriction: %{cooldown: "0"}, overrides: []},
    %{repository: "other", overrides: []}
  ]
}

key = File.read!(key_path)

for {name, payload, signed} <- [
      {"names", :mix_hex_registry.encode_names(names), :mix_hex_registry.build_names(names, key)},
      {"versions", :mix_hex_registry.encode_versions(versions), :mix_hex_registry.build_versions(versions, key)},
      {"package", :mix_hex_registry.encode_package(package), :mix_hex_registry.build_package(package, key)},
      {"policy", :mix_hex_registry.encode_policy(policy), :mix_hex_registry.build_policy(policy, key)}
    ] do
  File.write!(Path.join(out, name <> ".payload"), payload)
  File.write!(Path.join(out, name <> ".signed.gz"), signed)
end
