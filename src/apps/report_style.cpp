#include "apps/report_style.h"

namespace heed::apps {

const char* const kReportStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1c2430; --soft: #5d6878; --rule: #dfe3e9; --right: 37 99 180; --wrong: 205 72 50;
  --c0: #8a94a3; --c1: #2563b4; --c2: #c2571a; --c3: #2e8b57; --c4: #8b4bb3; --c5: #b08900;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14181f; --card: #1d232c; --ink: #e6eaf0; --soft: #9aa6b6; --rule: #323b48; --right: 76 141 230; --wrong: 224 100 78;
    --c0: #8793a5; --c1: #6ba4f0; --c2: #ef9557; --c3: #5fc08a; --c4: #bb86e0; --c5: #d9b84a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 1240px; padding: 24px 20px 48px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif;
}
header h1 { margin: 0; font-size: 24px; overflow-wrap: anywhere; }
header p { margin: 4px 0 18px; color: var(--soft); overflow-wrap: anywhere; }
h2 { margin: 0 0 10px; font-size: 17px; }
h3 { margin: 20px 0 8px; font-size: 15px; }
section { margin: 16px 0; padding: 18px 20px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
.hint { margin: 0 0 10px; color: var(--soft); font-size: 13.5px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(132px, 1fr)); gap: 10px; }
.tile { padding: 10px 14px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
.tile span { display: block; color: var(--soft); font-size: 12.5px; }
.tile b { font-size: 19px; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; }
th, td { padding: 5px 12px 5px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); unicode-bidi: isolate; }
thead th { color: var(--soft); font-weight: 500; font-size: 13px; white-space: nowrap; }
td { overflow-wrap: anywhere; }
tr:last-child td { border-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-right: 18px; }
code { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace, "Noto Sans CJK SC"; }
summary { margin-top: 12px; cursor: pointer; color: var(--soft); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 350px), 1fr)); gap: 20px; }
.chart { margin: 0; }
.chart svg { display: block; width: 100%; max-width: 560px; height: auto; touch-action: pan-y; }
figcaption { display: flex; flex-wrap: wrap; gap: 0 14px; align-items: baseline; font-size: 13px; }
figcaption strong { font-size: 14px; font-weight: 600; }
.key::before { content: ""; display: inline-block; width: 14px; height: 3px; margin-right: 5px; vertical-align: middle; background: var(--c); border-radius: 2px; }
.key b { font-variant-numeric: tabular-nums; }
.s0 { --c: var(--c1); } .s1 { --c: var(--c2); } .s2 { --c: var(--c3); } .s3 { --c: var(--c4); } .s4 { --c: var(--c5); } .s5 { --c: var(--c0); }
svg g path { fill: none; stroke: var(--c); stroke-width: 1.8; stroke-linejoin: round; }
svg circle { fill: var(--c); }
.grid { stroke: var(--rule); stroke-width: 0.7; }
.axis { fill: none; stroke: var(--soft); stroke-width: 0.8; }
.best { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3; }
.hair { stroke: var(--ink); stroke-width: 0.7; visibility: hidden; }
svg text { fill: var(--soft); font-size: 11px; font-variant-numeric: tabular-nums; }
svg .x { text-anchor: middle; }
svg .y { text-anchor: end; }
.matrix { font-size: 12px; font-variant-numeric: tabular-nums; border-spacing: 0; border-collapse: separate; }
.matrix th, .matrix td { padding: 0; border: 0; border-right: 1px solid var(--rule); border-bottom: 1px solid var(--rule); }
.matrix td { width: 26px; min-width: 26px; height: 24px; text-align: center; vertical-align: middle; overflow-wrap: normal; }
.matrix thead th { height: 1px; vertical-align: bottom; border-right-color: transparent; }
.matrix thead span { display: block; max-height: 180px; margin: 0 auto; padding: 4px 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; writing-mode: vertical-rl; transform: rotate(180deg); font-size: 12px; line-height: 24px; }
.matrix:lang(zh) thead span { transform: none; }
.matrix tbody th { position: sticky; left: 0; max-width: 190px; padding: 0 8px 0 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; background: var(--card); font-weight: 400; vertical-align: middle; }
.matrix .right { background: rgb(var(--right) / var(--a)); }
.matrix .wrong { background: rgb(var(--wrong) / var(--a)); }
.matrix .own { background: rgb(var(--right) / 0.05); }
.matrix .deep { color: #fff; }
.stacks { width: 100%; }
.stacks td:not(.number) { min-width: 120px; }
@media (max-width: 640px) {
  body { padding: 16px 10px 32px; }
  section { padding: 14px 12px; }
  table { font-size: 13px; }
  th, td, .number { padding-right: 8px; }
  .matrix tbody th { max-width: 108px; }
  .stacks thead { display: none; }
  .stacks, .stacks tbody { display: block; }
  .stacks tr { display: block; padding: 8px 0; border-bottom: 1px solid var(--rule); }
  .stacks tr:last-child { border-bottom: 0; }
  .stacks td, .stacks td.number { display: grid; grid-template-columns: 84px 1fr; padding: 1px 0; border: 0; text-align: left; white-space: normal; }
  .stacks td::before { content: attr(data-name); color: var(--soft); font-size: 13px; }
}
@media print { section { break-inside: avoid-page; } .scroll { overflow: visible; } }
)css";

const char* const kReportScript = R"js(
for (const svg of document.querySelectorAll('.chart svg')) {
  const figure = svg.parentNode, hair = svg.querySelector('.hair'), at = svg.querySelector('.at');
  const lines = [...svg.querySelectorAll('g')].map(g => g.dataset.points.split(' ').map(p => p.split(',')));
  const shown = [...figure.querySelectorAll('.key b')], last = shown.map(b => b.textContent);
  const low = +svg.dataset.low, high = +svg.dataset.high, left = +svg.dataset.left, right = +svg.dataset.right;
  const nearest = (line, step) => line.reduce((a, b) => Math.abs(b[0] - step) < Math.abs(a[0] - step) ? b : a);
  svg.addEventListener('pointermove', event => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
    const pointed = low + (x - left) / (right - left) * (high - low);
    const step = lines.map(line => nearest(line, pointed)[0]).reduce((a, b) => Math.abs(b - pointed) < Math.abs(a - pointed) ? b : a);
    lines.forEach((line, i) => { shown[i].textContent = nearest(line, step)[1]; });
    const place = left + (step - low) / (high - low) * (right - left);
    hair.setAttribute('transform', `translate(${place} 0)`);
    hair.style.visibility = 'visible';
    at.textContent = `${svg.dataset.step} ${step}`;
  });
  svg.addEventListener('pointerleave', () => {
    hair.style.visibility = 'hidden';
    at.textContent = svg.dataset.step;
    shown.forEach((b, i) => { b.textContent = last[i]; });
  });
}
)js";

}  // namespace heed::apps
