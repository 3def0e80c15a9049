import type { Status } from "../../api/types";
import { useFormats, useTexts } from "../../i18n/language";
import type { Axes } from "../../ui/chart_options";
import { LineChart } from "../../ui/line_chart";
import { curve } from "./figures";
import { texts } from "./strings";

export function Charts({ status: { traffic } }: { status: Status }) {
  const t = useTexts(texts);
  const f = useFormats();
  const axes = (format: (y: number) => string, unit = ""): Axes => ({
    x: { kind: "time", format: f.clock },
    y: { format, tick: (y) => f.tick(y) + unit, fromZero: true, whole: unit === "" },
  });
  return (
    <div class="charts">
      <section class="charts__wide">
        <h2>{t.traffic}</h2>
        <LineChart
          label={t.trafficLabel}
          xTitle={t.time}
          axes={axes(f.integer)}
          series={[
            { name: t.requests, points: curve(traffic, "requests"), colour: 0, filled: true },
            { name: t.errors, points: curve(traffic, "errors"), colour: 3 },
            { name: t.rejected, points: curve(traffic, "rejected"), colour: 1 },
          ]}
        />
      </section>
      <section>
        <h2>{t.latency}</h2>
        <LineChart
          label={t.latencyLabel}
          xTitle={t.time}
          axes={axes(f.milliseconds, " ms")}
          series={[
            { name: "p50", points: curve(traffic, "p50_ms"), colour: 0 },
            { name: "p99", points: curve(traffic, "p99_ms"), colour: 2 },
          ]}
        />
      </section>
      <section>
        <h2>{t.queue}</h2>
        <LineChart
          label={t.queueLabel}
          xTitle={t.time}
          axes={axes(f.integer)}
          series={[{ name: t.waiting, points: curve(traffic, "queue"), colour: 2, filled: true }]}
        />
      </section>
    </div>
  );
}
