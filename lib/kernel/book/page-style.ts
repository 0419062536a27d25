/** The look of the rendered pages, in a light and a dark theme. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1d1d1f; --paper: #ffffff; --soft: #f4f4f2; --line: #d9d9d6; --mark: #0a5ea8; --bad: #a02020;
  --word: #7a3e9d; --string: #0a6640; --number: #9a4d00; --aside: #646970; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e3; --paper: #17181a; --soft: #222428; --line: #3a3d42; --mark: #7fb8f0; --bad: #ff9a8a;
  --word: #c79bf2; --string: #7fd1ae; --number: #f0b172; --aside: #9aa0a8; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 2rem 1.25rem 6rem; }
a { color: var(--mark); }
h1, h2, h3 { line-height: 1.25; margin: 2em 0 .6em; } h1 { margin-top: .6em; }
pre, code { font: 13.5px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
:not(pre) > code { background: var(--soft); padding: .1em .3em; border-radius: 3px; }
pre { overflow-x: auto; margin: .4rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.code { margin: 1.2rem 0; } .count { color: #888; font: 12px ui-monospace, monospace; }
.source { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; white-space: pre; }
.hljs-keyword, .hljs-literal { color: var(--word); } .hljs-string, .hljs-regexp { color: var(--string); } .hljs-number { color: var(--number); }
.hljs-comment { color: var(--aside); font-style: italic; } .hljs-title { color: var(--mark); }
math[display="block"] { overflow-x: auto; margin: .8rem 0; }
.outputs { padding-left: .9rem; border-left: 3px solid var(--line); overflow-x: auto; }
.outputs:empty { display: none; }
.stderr, .failure { color: var(--bad); }
table { border-collapse: collapse; margin: .8rem 0; } th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--line); text-align: left; }
.note { margin: .2rem 0 .8rem; font-size: 85%; opacity: .75; }
blockquote { margin: 1rem 0; padding-left: 1rem; border-left: 3px solid var(--mark); }
img { max-width: 100%; }
.site { border-bottom: 1px solid var(--line); padding-bottom: .6rem; } .site h2 { font-size: 1rem; margin: .8rem 0 .2rem; }
.bar { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; align-items: baseline; } .site ul { margin: .2rem 0; padding-left: 1.2rem; }
#search { font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .15rem .5rem; max-width: 60vw; }
#found:empty { display: none; } #found small { color: var(--aside); } [aria-current] { font-weight: 600; color: inherit; text-decoration: none; }
summary { cursor: pointer; color: var(--mark); } .onward { display: flex; justify-content: space-between; gap: 1rem; margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .8rem; }
.html, .text { overflow-x: auto; } .figure { overflow-x: auto; }
@media (max-width: 40rem) { main { padding: 1rem .9rem 4rem; } body { font-size: 15px; } .source { padding: .5rem .6rem; } .outputs { padding-left: .5rem; } }
@media print { .site, .onward, .note, .count { display: none; } main { max-width: none; padding: 0; } a { color: inherit; text-decoration: none; }
  .source, pre, table, .figure, img { break-inside: avoid; } .source { white-space: pre-wrap; } h2, h3 { break-after: avoid; } details { display: block; } }
`;
