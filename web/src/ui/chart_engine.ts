// The parts of ECharts that the page's curves and flows need, in a chunk of their own: imported only when a chart is drawn. The canvas
// renderer, because the SVG one writes style attributes, which the content-security policy refuses.
import { LineChart, SankeyChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use, type ECharts } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([LineChart, SankeyChart, GridComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

export type { ECharts };

export function createChart(element: HTMLElement): ECharts {
  return init(element, null, { renderer: "canvas" });
}
