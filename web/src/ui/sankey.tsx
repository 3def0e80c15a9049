import { useChart } from "./use_chart";

export interface SankeyProps {
  label: string; // What it shows, in words: all that a screen reader gets of the drawing.
  nodes: readonly { name: string; colour: number; text: string }[];
  links: readonly { source: string; target: string; value: number; text: string }[]; // No cycles, no empty flow.
}

// Flows as bands as wide as they are great. What a band says on its own stands in the table beside it, too.
export function Sankey(props: SankeyProps) {
  const element = useChart((chart, palette) => {
    const colour = (k: number) => palette.series[k % palette.series.length]!;
    chart.setOption({
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
          data: props.nodes.map((one) => ({ name: one.name, text: one.text, itemStyle: { color: colour(one.colour), borderWidth: 0 } })),
          links: props.links.map((one) => ({ ...one })),
        },
      ],
    });
  });
  return <div class="chart__canvas chart__canvas--tall" ref={element} role="img" aria-label={props.label} />;
}
