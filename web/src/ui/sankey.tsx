import { useEffect, useRef, useState } from "preact/hooks";

import type { ECharts } from "./chart_engine";
import { onThemeChange, readPalette } from "./palette";

export interface SankeyProps {
  label: string; // What it shows, in words: all that a screen reader gets of the drawing.
  nodes: readonly { name: string; colour: number; text: string }[];
  links: readonly { source: string; target: string; value: number; text: string }[]; // No cycles, no empty flow.
}

// Flows as bands as wide as they are great. What a band says on its own stands in the table beside it, too.
export function Sankey(props: SankeyProps) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const latest = useRef(props);
  const [ready, setReady] = useState(false);
  latest.current = props;

  const draw = () => {
    const { nodes, links } = latest.current;
    const palette = readPalette(element.current!);
    const colour = (k: number) => palette.series[k % palette.series.length]!;
    chart.current?.setOption({
      animation: false,
      tooltip: {
        trigger: "item",
        confine: true,
        transitionDuration: 0,
        padding: 0,
        borderWidth: 0,
        backgroundColor: "transparent",
        formatter: (shown: unknown) => {
          const box = document.createElement("div"); // Not HTML text: style attributes within it would be refused.
          box.className = "chart-tip";
          box.textContent = (shown as { data?: { text?: string } }).data?.text ?? "";
          return box;
        },
      },
      series: [
        {
          type: "sankey",
          left: 4,
          right: 90,
          top: 8,
          bottom: 8,
          nodeGap: 14,
          draggable: false,
          label: { color: palette.ink, fontFamily: palette.font, fontSize: 12 },
          lineStyle: { color: "source", opacity: 0.28 },
          data: nodes.map((one) => ({ name: one.name, text: one.text, itemStyle: { color: colour(one.colour), borderWidth: 0 } })),
          links: links.map((one) => ({ ...one })),
        },
      ],
    });
  };

  useEffect(() => {
    let gone = false;
    const observer = new ResizeObserver(() => chart.current?.resize());
    void import("./chart_engine").then(({ createChart }) => {
      if (gone) return;
      chart.current = createChart(element.current!);
      observer.observe(element.current!);
      setReady(true);
    });
    const stopTheme = onThemeChange(draw);
    return () => {
      gone = true;
      stopTheme();
      observer.disconnect();
      chart.current?.dispose();
    };
  }, []);
  useEffect(() => {
    if (ready) draw();
  });

  return <div class="chart__canvas chart__canvas--tall" ref={element} role="img" aria-label={props.label} />;
}
