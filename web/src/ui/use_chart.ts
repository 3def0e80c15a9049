import { useEffect, useRef, useState } from "preact/hooks";

import type { ECharts } from "./chart_engine";
import type { Palette } from "./chart_options";
import { onThemeChange, readPalette } from "./palette";

// Where a chart stands: `draw` is called once the engine is there, after every render, and when the theme changes.
export function useChart(draw: (chart: ECharts, palette: Palette) => void) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const latest = useRef(draw);
  const [ready, setReady] = useState(false);
  latest.current = draw;

  const redraw = () => {
    if (chart.current && element.current) latest.current(chart.current, readPalette(element.current));
  };

  useEffect(() => {
    let gone = false;
    const observer = new ResizeObserver(() => chart.current?.resize());
    void import("./chart_engine").then(({ createChart }) => {
      const canvas = element.current;
      if (gone || !canvas) return; // The page was left while the engine was on its way.
      chart.current = createChart(canvas);
      observer.observe(canvas);
      setReady(true);
    });
    const stopTheme = onThemeChange(redraw);
    return () => {
      gone = true;
      stopTheme();
      observer.disconnect();
      chart.current?.dispose();
    };
  }, []);
  useEffect(() => {
    if (ready) redraw();
  });
  return element;
}
