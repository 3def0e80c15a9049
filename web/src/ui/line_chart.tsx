import { useState } from "preact/hooks";

import { useTexts } from "../i18n/language";
import { lineChartOption, rangeText, readingsAt, sharedSteps, type Chart } from "./chart_options";
import { uiTexts } from "./strings";
import { Table } from "./table";
import { useChart } from "./use_chart";

export interface LineChartProps extends Chart {
  label: string; // What it shows, in words: all that a screen reader gets of the drawing.
  xTitle: string; // Heads the steps in the table.
  tall?: boolean;
}

// Curves with a legend that holds the latest figures, and the same as a table.
export function LineChart(props: LineChartProps) {
  return (
    <figure class="chart">
      <Legend {...props} />
      <Drawing {...props} />
      <AsTable {...props} />
    </figure>
  );
}

function Legend({ series, axes, bands = [] }: LineChartProps) {
  return (
    <ul class="chart__legend">
      {series.map(({ name, points, colour, dashed, stacked }) => {
        const last = points.findLast(([, y]) => y != null)?.[1];
        return (
          <li key={name}>
            <span class={`swatch swatch--${colour} ${dashed ? "swatch--dashed" : ""} ${stacked ? "swatch--area" : ""}`} aria-hidden="true" />
            {name} <strong>{last == null ? "–" : axes.y.format(last)}</strong>
          </li>
        );
      })}
      {bands.map(({ name, points, colour }) => (
        <li key={name}>
          <span class={`swatch swatch--${colour} swatch--area swatch--band`} aria-hidden="true" />
          {name} <strong>{rangeText(points.findLast(([, low]) => low != null), axes) ?? "–"}</strong>
        </li>
      ))}
    </ul>
  );
}

function tooltip(chart: Chart, x: number): HTMLElement {
  const box = document.createElement("div");
  box.className = "chart-tip";
  const title = document.createElement("div");
  title.className = "chart-tip__title";
  title.textContent = chart.axes.x.format(x);
  box.append(title);
  for (const { name, colour, text } of readingsAt(chart, x)) {
    const row = document.createElement("div");
    row.className = "chart-tip__row";
    const swatch = document.createElement("span");
    swatch.className = `swatch swatch--${colour}`;
    const figure = document.createElement("strong");
    figure.textContent = text;
    row.append(swatch, `${name} `, figure);
    box.append(row);
  }
  return box;
}

function Drawing(props: LineChartProps) {
  const element = useChart((chart, palette) => {
    chart.setOption(lineChartOption(props, palette, (x) => tooltip(props, x)), { replaceMerge: ["series"] });
  });
  return <div class={`chart__canvas ${props.tall ? "chart__canvas--tall" : ""}`} ref={element} role="img" aria-label={props.label} />;
}

const kTableRows = 60;

function AsTable({ label, series, axes, bands = [], xTitle }: LineChartProps) {
  const t = useTexts(uiTexts);
  const [open, setOpen] = useState(false);
  const columns = [
    { title: xTitle, cell: (x: number) => axes.x.format(x) },
    ...series.map((one) => ({
      title: one.name,
      number: true,
      cell: (x: number) => readingsAt({ series: [one], axes }, x)[0]?.text ?? "–",
    })),
    ...bands.map((one) => ({
      title: one.name,
      number: true,
      cell: (x: number) => readingsAt({ series: [], axes, bands: [one] }, x)[0]?.text ?? "–",
    })),
  ];
  return (
    <details class="chart__table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t.asTable}</summary>
      {open && <Table label={label} columns={columns} rows={sharedSteps(series, kTableRows)} rowKey={String} />}
    </details>
  );
}
