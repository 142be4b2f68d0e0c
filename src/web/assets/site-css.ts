/** The site's whole style. A string in code, so that the build needs no step of its own for it. */
export const siteCss = `
:root { --text: #1d1a16; --quiet: #6b6359; --ground: #fbf8f3; --line: #e4dccf; --accent: #9a5b00; }
@media (prefers-color-scheme: dark) {
  :root { --text: #ece6dc; --quiet: #a59b8c; --ground: #191714; --line: #37322b; --accent: #f0b04a; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.6 system-ui, sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: 4rem 1.25rem; }
h1 { font-size: 1.75rem; letter-spacing: -0.01em; margin: 0 0 0.5rem; }
p { margin: 0 0 2rem; color: var(--quiet); }
a { color: var(--accent); }
dl { margin: 0; border-top: 1px solid var(--line); }
dt { padding-top: 0.75rem; color: var(--quiet); font-size: 0.875rem; }
dd { margin: 0; padding-bottom: 0.75rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
code { font: 0.9em ui-monospace, monospace; }
`;
