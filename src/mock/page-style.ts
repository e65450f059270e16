/** What the page looks like, in light and dark, on phones and desks. @internal */
export const style = `
:root { color-scheme: light dark; --text: #1b1f24; --muted: #57606a; --page: #fff; --box: #eff2f5; --line: #d3d9df;
  --link: #0550ae; --failed: #a40e26 }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --muted: #a4adb7; --page: #14171a; --box: #252b31;
  --line: #3a424a; --link: #8ab8ff; --failed: #ff9d94 } }
body { margin: 0 auto; padding: 1rem 1rem 3rem; max-width: 72rem; overflow-wrap: anywhere; color: var(--text);
  background: var(--page);
  font: 1rem/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25 }
h2 { margin: 2rem 0 .5rem; font-size: 1.25rem }
p { margin: .5rem 0 1rem; max-width: 45rem }
a { color: var(--link); margin-right: 1rem; white-space: nowrap }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px }
dl { display: grid; gap: .25rem 1rem; margin: 1rem 0 }
dt { font-weight: 600 }
dd { margin: 0 0 .5rem }
code { font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
.copy { display: inline-block; padding: .1rem .4rem; border-radius: 4px; background: var(--box);
  -webkit-user-select: all; user-select: all }
dd .copy { display: block; margin-bottom: .25rem; padding: .4rem .6rem }
td > code { word-break: break-all }
.assets bdi { margin-right: .5rem }
.hint, footer, thead th, time { color: var(--muted) }
footer { margin-top: 2rem }
table { width: 100%; border-collapse: collapse }
th, td { padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top }
tr { border-top: 1px solid var(--line) }
strong { color: var(--failed) }
details, summary { display: inline }
summary { color: var(--link); cursor: pointer; white-space: nowrap }
summary::before { content: "▸ " }
[open] > summary::before { content: "▾ " }
@media (min-width: 56rem) { dl { grid-template-columns: 7rem 1fr } table { table-layout: fixed }
  .assets th:first-child { width: 14rem } .assets th:nth-child(2) { width: 22rem }
  .requests th { width: 5rem } .requests th:first-child { width: 7rem } .requests th:nth-child(4) { width: 48% }
  .requests th:nth-child(5) { width: auto } }
@media (max-width: 55.99rem) { thead { display: none } tr { display: flex; flex-wrap: wrap; padding: .4rem 0 }
  th, td { padding: .1rem .75rem .1rem 0 } td > code { font-size: .8125rem }
  .assets th, .assets td, .requests td:nth-child(n+4) { flex: 0 0 100%; padding-right: 0 }
  .requests td:nth-child(3)::after { content: " ms" } }
`;
