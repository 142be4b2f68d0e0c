import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import elixir from 'highlight.js/lib/languages/elixir';
import erlang from 'highlight.js/lib/languages/erlang';
import ini from 'highlight.js/lib/languages/ini';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import makefile from 'highlight.js/lib/languages/makefile';
import rust from 'highlight.js/lib/languages/rust';
import shell from 'highlight.js/lib/languages/shell';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';

const languages = {
  ...{ bash, css, diff, dockerfile, elixir, erlang, ini, javascript, json, makefile, rust, shell, sql, typescript },
  ...{ xml, yaml },
};
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language);
hljs.registerAliases(['ex', 'exs', 'iex', 'heex', 'eex'], { languageName: 'elixir' });
hljs.registerAliases(['toml'], { languageName: 'ini' });
// No grammar of its own comes with the library; Rust's is close enough to be of help.
hljs.registerAliases(['gleam'], { languageName: 'rust' });

/** Longer code is shown as it is: colouring takes time, and a readme must not hold up the others. */
const MAX_LENGTH = 20_000;

/** Code as HTML with class names; undefined where it is in no language we know, or too long. */
export function highlight(code: string, language: string): string | undefined {
  if (code.length > MAX_LENGTH || hljs.getLanguage(language) === undefined) return undefined;
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}
