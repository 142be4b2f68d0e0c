#!/usr/bin/env escript
%% Erlang's side of test/clients/erlang.spec.ts. What it says is a line a term.
%%
%%   terms.escript write SEED COUNT     terms that a request may hold: HEX of term_to_binary, space, MEANING
%%   terms.escript refused SEED COUNT   terms that no request may hold: KIND, space, HEX
%%   terms.escript compare SEED COUNT   reads HEX, a line each for the terms of `write` with the same seed: what became of
%%                                      them. Says "same N" if each is =:= what the contract makes of its term
%%   terms.escript read                 reads HEX, a line each: HEX of the term written anew, space, MEANING
%%
%% MEANING is what the contract (src/hex/etf-decode.ts) makes of a term, as JSON in which every text, key and number is
%% written so that none is lost or rounded: "h" and hexadecimal UTF-8, "b" and bytes, "i" and digits, "f" and IEEE bits.
-mode(compile).
-define(SAFE, 9007199254740991).

main(["write", Seed, Count]) ->
    each(Seed, Count, fun(Term, Bytes) -> say([hex(Bytes), " ", meaning(Term)]) end);
main(["refused", Seed, Count]) ->
    seed(Seed),
    [begin {Kind, Bytes} = refused(), say([Kind, " ", hex(Bytes)]) end || _ <- numbers(Count)];
main(["compare", Seed, Count]) ->
    each(Seed, Count, fun(Term, _) ->
        Got = understood(line()),
        Wanted = contract(Term),
        Got =:= Wanted orelse begin io:format("it became another term.~nWanted: ~0tp~nGot: ~0tp~n", [Wanted, Got]), halt(1) end
    end),
    say(["same ", Count]);
main(["read"]) ->
    case io:get_line("") of
        eof -> ok;
        Line -> Term = understood(string:trim(Line)), say([hex(term_to_binary(Term)), " ", meaning(Term)]), main(["read"])
    end.

%% As every Hex client reads; and no atom that it might not know.
understood(Hex) ->
    Term = binary_to_term(binary:decode_hex(list_to_binary(Hex)), [safe]),
    only_three_atoms(Term),
    Term.

only_three_atoms(X) when is_atom(X) -> true = lists:member(X, [true, false, nil]);
only_three_atoms(X) when is_list(X) -> lists:foreach(fun only_three_atoms/1, X);
only_three_atoms(X) when is_map(X) -> [begin true = is_binary(K), only_three_atoms(V) end || {K, V} <- maps:to_list(X)];
only_three_atoms(X) when is_binary(X); is_number(X) -> true.

%% What a term is after it has been through the contract: what a client would read if it were answered with it.
contract(X) when X =:= true; X =:= false -> X;
contract(X) when X =:= nil; X =:= undefined -> nil;
contract(X) when is_atom(X) -> name(X);
contract(X) when is_float(X), trunc(X) == X, abs(X) =< ?SAFE -> trunc(X);
contract(X) when is_tuple(X) -> contract(tuple_to_list(X));
contract(X) when is_list(X) -> [contract(Each) || Each <- X];
contract(X) when is_map(X) -> maps:from_list([{name(K), contract(V)} || {K, V} <- maps:to_list(X)]);
contract(X) -> X.

name(X) when is_atom(X) -> unicode:characters_to_binary(atom_to_list(X));
name(X) when is_binary(X) -> X.

meaning(Term) -> json(contract(Term)).

json(true) -> "true";
json(false) -> "false";
json(nil) -> "null";
json(X) when is_integer(X) -> ["\"i", integer_to_list(X), "\""];
json(X) when is_float(X) -> ["\"f", hex(<<X/float>>), "\""];
json(X) when is_binary(X) -> ["\"", case text(X) of true -> "h"; false -> "b" end, hex(X), "\""];
json(X) when is_list(X) -> ["[", lists:join(",", [json(Each) || Each <- X]), "]"];
json(X) when is_map(X) ->
    Fields = lists:sort([{hex(K), V} || {K, V} <- maps:to_list(X)]),
    ["{", lists:join(",", [["\"h", K, "\":", json(V)] || {K, V} <- Fields]), "}"].

text(X) -> is_list(unicode:characters_to_list(X)).

%% --- terms that are allowed

each(Seed, Count, Do) ->
    seed(Seed),
    [begin
        Term = case N rem 500 of 0 -> large(); 1 -> chain(31, leaf()); _ -> term(4) end,
        Do(Term, term_to_binary(Term, [{minor_version, below(2) + 1}]))
    end || N <- numbers(Count)].

term(0) -> leaf();
term(Depth) ->
    case below(8) of
        0 -> several(Depth);
        1 -> list_to_tuple(several(Depth));
        N when N < 5 -> map(Depth);
        _ -> leaf()
    end.

several(Depth) -> [term(Depth - 1) || _ <- lists:seq(1, below(5))].

%% Keys are told apart by name, so no name comes as a binary and as an atom.
map(Depth) ->
    Names = lists:usort([short_text() || _ <- lists:seq(1, below(5))]),
    maps:from_list([{key(Name), term(Depth - 1)} || Name <- Names, Name =/= <<"__proto__">>]).

key(Name) ->
    case below(2) of
        0 -> Name;
        1 -> binary_to_atom(Name)
    end.

leaf() ->
    case below(14) of
        0 -> below(256);
        1 -> below(16#100000000) - 16#80000000;
        2 -> edge();
        3 -> (below(2) * 2 - 1) * below(1 bsl (1 + below(2040)));
        4 -> float_of_bits();
        5 -> (rand:uniform() - 0.5) * math:pow(10, below(40) - 20);
        6 -> float(below(2000) - 1000);
        7 -> rand:bytes(below(20));
        8 -> lists:nth(1 + below(9), [true, false, nil, undefined, admin, write, read, null, 'with space']);
        9 -> binary_to_atom(text_of(below(256)));
        10 -> lists:nth(1 + below(4), [[], "charlist", {}, #{}]);
        11 -> unicode:characters_to_list(short_text());
        12 -> text_of(below(400));
        13 -> short_text()
    end.

%% At the limits of each tag, and of what a double holds.
edge() ->
    Powers = [7, 8, 15, 16, 31, 32, 52, 53, 54, 63, 64, 127, 128, 1023, 1024, 2039],
    (below(2) * 2 - 1) * ((1 bsl lists:nth(1 + below(length(Powers)), Powers)) + below(3) - 1).

float_of_bits() ->
    case rand:bytes(8) of
        <<X/float>> -> X;
        _ -> float_of_bits()
    end.

short_text() -> text_of(below(9)).
text_of(Length) -> unicode:characters_to_binary([character() || _ <- lists:seq(1, Length)]).

character() ->
    case below(8) of
        0 -> below(16#20);
        1 -> 16#80 + below(16#780);
        2 -> 16#800 + below(16#D000);
        3 -> 16#E000 + below(16#2000);
        4 -> 16#10000 + below(16#100000);
        _ -> 16#20 + below(16#60)
    end.

large() ->
    case below(5) of
        0 -> binary:copy(short_text(), 5000);
        1 -> lists:duplicate(65535, below(256));
        2 -> lists:duplicate(65536, below(256));
        3 -> list_to_tuple(lists:seq(1, 256 + below(1000)));
        4 -> maps:from_list([{integer_to_binary(N), N} || N <- lists:seq(1, 2000)])
    end.

chain(0, Term) -> Term;
chain(Depth, Term) -> chain(Depth - 1, lists:nth(1 + below(3), [[Term], {Term}, #{<<"a">> => Term}])).

%% --- terms that are not

refused() ->
    {Kind, Term, Options} = bad(),
    {Kind, term_to_binary(within(Term, below(4)), Options)}.

bad() ->
    lists:nth(1 + below(14), [
        {"pid", self(), []},
        {"reference", make_ref(), []},
        {"port", hd(erlang:ports()), []},
        {"fun", fun(X) -> X end, []},
        {"external-fun", fun erlang:halt/0, []},
        {"bit-string", <<(below(256)), 1:(1 + below(7))>>, []},
        {"improper-list", [leaf() | short_text()], []},
        {"large-integer", (below(2) * 2 - 1) * (1 bsl (2040 + below(4000))), []},
        {"key", maps:put(lists:nth(1 + below(7), [1, 1.5, [], {}, #{}, self(), <<255>>]), 1, #{}), []},
        {"key-twice", #{a => 1, <<"a">> => 2}, []},
        {"prototype", maps:put(lists:nth(1 + below(2), ['__proto__', <<"__proto__">>]), #{}, #{}), []},
        {"old-float", 1.5, [{minor_version, 0}]},
        {"compressed", binary:copy(<<"a">>, 1000), [compressed]},
        {"too-deep", chain(33, leaf()), []}
    ]).

%% Somewhere inside of what would be allowed.
within(Term, 0) -> Term;
within(Term, Depth) ->
    Inside = within(Term, Depth - 1),
    case below(3) of
        0 -> several(2) ++ [Inside];
        1 -> list_to_tuple([Inside | several(2)]);
        2 -> maps:put(<<"name">>, Inside, map(1))
    end.

%% --- ground

seed(Seed) -> rand:seed(exsss, list_to_integer(Seed)).
below(N) -> rand:uniform(N) - 1.
numbers(Count) -> lists:seq(1, list_to_integer(Count)).
line() -> string:trim(io:get_line("")).
say(Text) -> io:put_chars([Text, "\n"]).
hex(Bytes) -> string:lowercase(binary:encode_hex(Bytes)).
