// The style sheet of a rating page: one column, large targets, light or dark as the reader's system is.

export const sheetStyle = `
:root { color-scheme: light dark; --ground: #fbfbfa; --card: #ffffff; --ink: #1c2024; --soft: #5d666f; --faint: #d8dde2; --main: #0b6e99; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --card: #1b1f23; --ink: #e6e9ec; --soft: #9aa5af; --faint: #39424a; --main: #58b7dd; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, Arial, sans-serif; }
header, main { max-width: 860px; margin: 0 auto; padding: 16px 20px 0; }
main { padding-bottom: 96px; }
h1 { margin: 0; font-size: 24px; }
h2 { font-size: 20px; overflow-wrap: anywhere; }
h3 { margin: 0 0 8px; font-size: 16px; }
header p { color: var(--soft); margin: 8px 0; }
section { margin: 20px 0; padding: 20px; background: var(--card); border: 1px solid var(--faint); border-radius: 10px; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin-bottom: 12px; }
fieldset { margin: 10px 0; padding: 8px 12px; border: 1px solid var(--faint); border-radius: 8px; }
fieldset:focus-within { border-color: var(--main); }
legend { padding: 0 4px; }
fieldset label { display: inline-block; padding: 4px 14px 4px 0; cursor: pointer; }
input { accent-color: var(--main); margin-right: 6px; }
textarea { width: 100%; font: inherit; color: inherit; background: transparent; border: 1px solid var(--faint); border-radius: 8px; padding: 6px 8px; }
footer { position: fixed; inset: auto 0 0; padding: 10px 20px; display: flex; flex-wrap: wrap; gap: 8px; justify-content: center;
  background: var(--card); border-top: 1px solid var(--faint); }
button { font: inherit; padding: 8px 16px; color: inherit; background: transparent; border: 1px solid var(--faint); border-radius: 8px; cursor: pointer; }
button:hover { border-color: var(--main); }
:focus-visible { outline: 2px solid var(--main); outline-offset: 2px; }
kbd { padding: 0 5px; border: 1px solid var(--faint); border-radius: 4px; }
`;
