# Prints what Elixir's own Version module makes of a large corpus, one JSON row a line:
#   elixir versions.exs 2>/dev/null > ../versions.jsonl      (stderr: deprecation warnings for != and !)
# {"version", "ok", major, minor, patch, pre, build}   numbers are decimal strings, numeric identifiers ["n", digits]
# {"pool": [...]}            the versions the rows below speak about
# {"order", "signs"}         one sign (< = >) for each version of the pool
# {"requirement", "ok", "pre", "stable"}   one 0/1 for each version of the pool, with allow_pre true and false
Code.require_file("json.exs", __DIR__)
:rand.seed(:exsss, {2026, 11, 22})
pick = fn list -> Enum.at(list, :rand.uniform(length(list)) - 1) end

numbers = ~w(0 1 2 3 9 10 11 99 100 2147483647 9007199254740991 9007199254740992 9007199254740993 99999999999999 100000000000000 123456789012345678901234567890)
odd = ["00", "01", "-1", "+1", "1a", "a", "", " ", " 1", "1 ", "0x1", "1_0", "1e3", "\u0661", "*", "x"]
pres = ~w(0 1 2 10 11 a b A Z alpha alpha.1 alpha.beta beta beta.2 beta.11 rc rc.1 rc1 rc-1 dev - -- -1 1- 0a 00a a.0 0.0 0.a 0.0.0 1.2.3 x.7.z.92 9007199254740993 9007199254740992 SNAPSHOT)
odd_pres = ["", ".", "a.", ".a", "a..b", "01", "a.01", "00", "a_b", "é", "a b", " ", "a!", "1.0+", "\n", "~"]
builds = ~w(0 00 001 1 a build build.1 20130313144700 exp.sha.5114f85 - a-b a.-)

written =
  for(a <- numbers, do: "#{a}.0.0") ++ for(a <- numbers, do: "0.#{a}.1") ++ for(a <- numbers, do: "1.2.#{a}") ++
    for(x <- odd, t <- ["X.0.0", "0.X.0", "0.0.X", "X", "0.X", "0.0.0.X"], do: String.replace(t, "X", x)) ++
    for(p <- pres ++ odd_pres, do: "1.0.0-" <> p) ++ for(b <- builds ++ odd_pres, do: "1.0.0+" <> b) ++
    for(p <- pres ++ odd_pres, do: "1.0-" <> p) ++
    for(p <- Enum.take(pres, 12), b <- builds ++ ["", "a..b", "a+b", "é"], do: "1.2.3-#{p}+#{b}") ++
    ["", ".", "..", "...", "1", "1.", ".1", "1.0", "1.0.", "1..0", "1.0.0.", ".1.0.0", "1.0.0.0", "1.0.0.0-a", "v1.0.0", "V1.0.0", "=1.0.0",
     "1.0.0 ", " 1.0.0", "1.0.0\n", "\t1.0.0", "1.0.0\0", "1,0,0", "1.0.0+a-b", "1.0.0-a+b-c", "1.0.0-+b", "1.0.0+-", "1.0.0-a-b-c", "1.0.0+b+c",
     "nil", "latest", "__proto__", "constructor", "1.0.0-constructor", "1.0.0-__proto__", "\u{1F600}.0.0", "1.0.0-\u{1F600}", "１.0.0", "1.0.0–a"]

alphabet = String.graphemes("0011223.9.-+aAz~ é")
random = for _ <- 1..1200, do: Enum.map_join(1..(:rand.uniform(12)), fn _ -> pick.(alphabet) end)
likely =
  for _ <- 1..500 do
    pre = if :rand.uniform(2) == 1, do: "-" <> Enum.map_join(1..(:rand.uniform(3)), ".", fn _ -> pick.(pres ++ odd_pres) end), else: ""
    build = if :rand.uniform(4) == 1, do: "+" <> pick.(builds ++ odd_pres), else: ""
    Enum.map_join(1..3, ".", fn _ -> pick.(numbers ++ Enum.take(odd, 3)) end) <> pre <> build
  end

part = fn n when is_integer(n) -> ["n", Integer.to_string(n)]; s -> s end

for text <- Enum.uniq(written ++ random ++ likely) do
  case Version.parse(text) do
    {:ok, v} ->
      ^v = v |> to_string() |> Version.parse!()
      Json.row([{"version", text}, {"ok", true}, {"major", to_string(v.major)}, {"minor", to_string(v.minor)}, {"patch", to_string(v.patch)},
                {"pre", Enum.map(v.pre, part)}, {"build", v.build}, {"text", to_string(v)}])
    :error -> Json.row([{"version", text}, {"ok", false}])
  end
end

pool = ~w(0.0.0-0 0.0.0-a 0.0.0 0.0.1 0.1.0-rc.1 0.1.0 0.9.9 0.10.0 1.0.0-0 1.0.0-0.0 1.0.0-1 1.0.0-2 1.0.0-10 1.0.0-A 1.0.0-a 1.0.0-a.1 1.0.0-a.b 1.0.0-alpha
  1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc 1.0.0-rc.1 1.0.0 1.0.0+b 1.0.0+c 1.0.1-dev 1.0.1 1.0.9 1.0.10 1.1.0-0 1.1.0-rc.1 1.1.0
  1.1.1-rc 1.1.1 1.2.0-0 1.2.0-- 1.2.0-dev 1.2.0 1.2.3-rc.1 1.2.3-rc.1+b 1.2.3 1.2.4-dev 1.2.4 1.3.0-0 1.3.0-a 1.3.0 1.9.0 1.10.0 1.99.99 2.0.0-0 2.0.0-0.0 2.0.0-1 2.0.0-a 2.0.0-rc
  2.0.0 2.0.1 2.1.0-dev 2.1.0 2.2.0-0 2.2.0 3.0.0-0 3.0.0 9.9.9 10.0.0-rc 10.0.0 9007199254740992.0.0 9007199254740993.0.0-a 9007199254740993.0.0
  9007199254740994.0.0-0 9007199254740994.0.0 1.9007199254740992.0 1.9007199254740993.0 1.0.9007199254740993 1.0.0-9007199254740993 123456789012345678901234567890.0.0)

Json.row([{"pool", pool}])
sign = %{lt: "<", eq: "=", gt: ">"}
for a <- pool, do: Json.row([{"order", a}, {"signs", Enum.map_join(pool, &sign[Version.compare(a, &1)])}])

operators = ["", "==", "!=", "!", ">", ">=", "<", "<=", "~>"]
operands = ~w(0.0.0 0.1.0 1.0.0-0 1.0.0-a 1.0.0-beta.2 1.0.0-rc.1 1.0.0 1.0.0+b 1.0.1 1.1.0-rc.1 1.1.0 1.2.3-rc.1 1.2.3 2.0.0-0 2.0.0-rc 2.0.0 10.0.0
  9007199254740993.0.0 1.9007199254740992.0 0.0 0.1 1.0 1.2 1.10 2.0 1.0-rc 1.0-0 1.2-rc.1 1.1-a+b 1.0+b 2.0-0 9007199254740993.0)
simple = for o <- operators, s <- ["", " "], v <- operands, do: o <> s <> v

odd_requirements =
  ["", " ", "  ", "and", "or", " and ", " or ", "1", "~> 1", "~>1", "~> 1.", "~> 1.2.", "~> 1.2.3.4", ">= 1.0", "== 1.0", "1.0", "=> 1.0.0", "=< 1.0.0", "= 1.0.0", "=1.0.0",
   "=== 1.0.0", "== == 1.0.0", ">== 1.0.0", ">> 1.0.0", "> = 1.0.0", ">  = 1.0.0", "~ > 1.0.0", "~>> 1.0.0", "~>~> 1.0.0", "!! 1.0.0", "!== 1.0.0", "! = 1.0.0", "<> 1.0.0", "><1.0.0",
   ">= 1.0.0 <= 2.0.0", ">= 1.0.0, < 2.0.0", ">= 1.0.0 && < 2.0.0", ">= 1.0.0 || < 2.0.0", ">= 1.0.0 AND < 2.0.0", ">= 1.0.0 and", ">= 1.0.0 and ", "and >= 1.0.0", " and >= 1.0.0",
   ">= 1.0.0 and and < 2.0.0", ">= 1.0.0 and or < 2.0.0", ">= 1.0.0 or or < 2.0.0", ">= 1.0.0and < 2.0.0", ">= 1.0.0 and< 2.0.0", ">= 1.0.0  and  < 2.0.0", ">= 1.0.0   or   2.0.0",
   ">= 1.0.0\tand < 2.0.0", ">= 1.0.0\nand\n< 2.0.0", ">=\t1.0.0", ">= 1.0.0\n", "\n>= 1.0.0", ">=1.0.0<2.0.0", "1.0.0<2.0.0", "1.0.0 2.0.0", "1.0.0 or 2.0.0", "1.0.0 and 1.0.0", "1.0.0or 2.0.0",
   "  >=   1.0.0   ", ">=1.0.0   ", "~>  1.0", "~> 1 .0", "> 1.0. 0", "(>= 1.0.0)", ">= 1.0.0 and (< 2.0.0 or 3.0.0)", "not 1.0.0", "* ", "*", "1.*", "^1.0.0", "^ 1.0.0", "1.x", "~1.0.0", "v1.0.0",
   "~> v1.0", ">= 01.0.0", "~> 1.02", "~> 1.0.00", "~> 1.0-", "~> 1.0+", "~> 1.0-01", "~> 1.0.0-rc..1", "~> -1.0", "~> 1.0-é", "é", "~> \u{1F600}", "nil", "latest", "1.0.0!", "1.0.0 !", "1.0.0! or 2.0.0", "!", "~>", ">=",
   "==", "or 1.0.0", "1.0.0 or", "1.0.0 or ", " 1.0.0 or 2.0.0", "__proto__", "constructor", "constructor 1.0.0", "~> 1.0 or", "~> 1.0 ~> 2.0", "~> 1.0~> 2.0", "1.0.0-and or 2.0.0", "1.0.0-or or 2.0.0-and", "> 1.0.0-rc and < 2.0.0"]

valid = Enum.filter(simple, &match?({:ok, _}, Version.parse_requirement(&1)))
clause = fn -> if :rand.uniform(20) == 1, do: pick.(simple), else: pick.(valid) end
compound = for _ <- 1..700, do: Enum.reduce(1..:rand.uniform(4), clause.(), fn _, acc -> acc <> pick.([" and ", " or ", " and  ", "  or "]) <> clause.() end)
wanted = String.split("> >= < <= == ~> ! != and or 1.0.0 1.0 2.0.0-rc 1.2.3 . -")
messy = for _ <- 1..700, do: Enum.map_join(1..:rand.uniform(6), fn _ -> pick.(wanted) <> pick.(["", " ", " ", "  "]) end)

bits = fn requirement, opts -> Enum.map_join(pool, &if(Version.match?(&1, requirement, opts), do: "1", else: "0")) end

for text <- Enum.uniq(simple ++ odd_requirements ++ compound ++ messy) do
  case Version.parse_requirement(text) do
    {:ok, r} -> Json.row([{"requirement", text}, {"ok", true}, {"pre", bits.(r, allow_pre: true)}, {"stable", bits.(r, allow_pre: false)}])
    :error -> Json.row([{"requirement", text}, {"ok", false}])
  end
end
