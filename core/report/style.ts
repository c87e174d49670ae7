// The report's style sheet: one calm page, light or dark as the reader's system is, on a screen, a phone or paper.

export const reportStyle = `
:root { color-scheme: light dark; --ground: #fbfbfa; --card: #ffffff; --ink: #1c2024; --soft: #5d666f; --faint: #e4e7ea;
  --main: #0b6e99; --main-soft: #0b6e9933; --control: #8a6d3b; --good: #1a7f4b; --bad: #b3423a; --rest: #b9c2ca; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --card: #1b1f23; --ink: #e6e9ec; --soft: #9aa5af;
  --faint: #2c3238; --main: #58b7dd; --main-soft: #58b7dd3d; --control: #d0a85c; --good: #5cc48b; --bad: #e8857c; --rest: #4a545d; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 48px 24px 96px; }
header p.eyebrow { margin: 0 0 4px; color: var(--soft); font-size: 14px; }
h1 { margin: 0; font-size: 32px; line-height: 1.2; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { margin: 0 0 4px; font-size: 21px; letter-spacing: -0.01em; }
h3 { margin: 28px 0 8px; font-size: 15px; font-weight: 600; }
p { max-width: 72ch; }
p.lead { margin: 12px 0 0; font-size: 17px; }
p.about { margin: 0 0 20px; color: var(--soft); font-size: 15px; }
section { margin-top: 40px; padding: 28px; background: var(--card); border: 1px solid var(--faint); border-radius: 12px; }
nav { margin-top: 20px; font-size: 14px; display: flex; flex-wrap: wrap; gap: 4px 18px; }
a { color: var(--main); text-underline-offset: 3px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: 16px; margin-top: 28px; }
.tile { padding: 18px 20px; background: var(--card); border: 1px solid var(--faint); border-radius: 12px; }
.tile span { display: block; color: var(--soft); font-size: 13px; }
.tile b { display: block; margin: 2px 0; font-size: 25px; line-height: 1.25; font-weight: 600; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 8px 36px; }
figure { margin: 8px 0 4px; }
.chart { padding: 10px 10px 0 46px; }
svg { display: block; overflow: visible; }
svg.plot, svg.track, svg.stack { width: 100%; }
.grid { stroke: var(--faint); stroke-width: 1; }
.zero { stroke: var(--soft); stroke-width: 1.5; }
.tick { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.line, .whisker { stroke-width: 2; stroke: var(--main); }
.whisker { stroke-opacity: 0.55; stroke-linecap: round; }
.line.control, .whisker.control { stroke: var(--control); }
.line.control { stroke-dasharray: 5 4; }
.dot { fill: var(--main); stroke: var(--main); stroke-width: 2; }
.dot.control { fill: var(--card); stroke: var(--control); }
.bar.main { fill: var(--main); } .bar.lost { fill: var(--main-soft); } .bar.rest { fill: var(--rest); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; font-size: 13px; color: var(--soft); }
.key { display: inline-flex; align-items: center; gap: 8px; }
.stack-row, .interval-row { display: grid; align-items: center; gap: 12px; }
.stack-row { grid-template-columns: 150px 1fr 150px; padding: 4px 0; font-size: 14px; }
.stack-value { color: var(--soft); font-variant-numeric: tabular-nums; }
.interval-row { grid-template-columns: 190px 1fr; padding-right: 18px; }
.interval-name { font-size: 14px; line-height: 1.35; overflow-wrap: anywhere; }
.interval-name b { font-weight: 600; display: block; } .interval-name span { color: var(--soft); font-size: 13px; }
details { margin-top: 18px; } summary { cursor: pointer; color: var(--soft); font-size: 14px; }
.scroll { overflow-x: auto; margin-top: 14px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 0 7px 16px; border-bottom: 1px solid var(--faint); text-align: right; white-space: nowrap; vertical-align: top; }
td small { display: block; color: var(--soft); font-size: 12px; line-height: 1.3; }
th { color: var(--soft); font-weight: 500; font-size: 13px; }
th.text, td.text { text-align: left; } td.wrap { white-space: normal; min-width: 200px; }
th:first-child, td:first-child { padding-left: 0; }
tbody tr:last-child td { border-bottom: 0; }
.good { color: var(--good); } .bad { color: var(--bad); }
dl { margin: 0; } dt { font-weight: 600; margin-top: 16px; } dd { margin: 2px 0 0; color: var(--soft); max-width: 72ch; }
pre { overflow: auto; padding: 16px; background: var(--ground); border: 1px solid var(--faint); border-radius: 8px;
  font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { font: 0.92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
footer { margin-top: 32px; color: var(--soft); font-size: 13px; }
@media (max-width: 640px) {
  main { padding: 28px 14px 64px; } section { padding: 20px 16px; margin-top: 24px; } h1 { font-size: 26px; }
  .chart { padding-left: 38px; padding-right: 4px; }
  .interval-row { grid-template-columns: 1fr; gap: 0; padding: 8px 12px 0; }
  .stack-row { grid-template-columns: 1fr auto; gap: 2px 12px; } .stack-row svg { grid-row: 2; grid-column: 1 / 3; }
}
@media print { body { background: #fff; } section, .tile { break-inside: avoid; } nav { display: none; } }
`;
