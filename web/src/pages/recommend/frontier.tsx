import type { FrontierPoint } from "../../api/recommend";
import { useFormats, useTexts } from "../../i18n/language";
import { LineChart } from "../../ui/line_chart";
import { frontierCurve } from "./figures";
import { texts } from "./strings";

export function Frontier({ points, diversity }: { points: readonly FrontierPoint[]; diversity: number }) {
  const t = useTexts(texts);
  const f = useFormats();
  const { curve, now } = frontierCurve(points, diversity);
  return (
    <section class="section" aria-labelledby="frontier-title">
      <h2 id="frontier-title">{t.frontier}</h2>
      <p class="hint recommend-note">{t.frontierNote}</p>
      <LineChart
        label={t.frontierLabel}
        xTitle={t.difference}
        axes={{
          x: { kind: "value", name: t.difference, format: (x) => f.tick(x) },
          y: { format: f.metric, tick: f.tick },
        }}
        series={[
          { name: t.value, points: curve, colour: 0 },
          { name: t.now, points: now, colour: 1 },
        ]}
      />
    </section>
  );
}
