import { useState } from "preact/hooks";

import type { ModelDetail } from "../../api/types";
import { useFormats, useLanguage, useTexts } from "../../i18n/language";
import { LineChart } from "../../ui/line_chart";
import { curveMetrics, curves } from "./measured";
import { fullName, metricName, splitName } from "./names";
import { texts } from "./strings";

export function TrainingCurves({ model, other }: { model: ModelDetail; other: ModelDetail | undefined }) {
  const t = useTexts(texts);
  const language = useLanguage();
  const f = useFormats();
  const [wanted, setWanted] = useState("");
  const metrics = curveMetrics(model.history, other?.history);
  const metric = metrics.includes(wanted) ? wanted : metrics[0];
  if (metric === undefined) return <p class="hint">{t.noCurves}</p>;

  const histories = [model, ...(other ? [other] : [])].map((one) => ({ name: fullName(one), history: one.history }));
  const axes = {
    x: { kind: "value" as const, name: t.step, format: f.integer },
    y: { format: f.metric, tick: f.tick },
  };
  return (
    <div class="stack">
      <label class="field metric-choice">
        <span class="field__label">{t.metric}</span>
        <select value={metric} onChange={(event) => setWanted(event.currentTarget.value)}>
          {metrics.map((name) => (
            <option key={name} value={name}>
              {metricName(name, language)}
            </option>
          ))}
        </select>
      </label>
      <LineChart
        tall
        label={t.curvesOf(metricName(metric, language))}
        xTitle={t.step}
        axes={axes}
        series={curves(metric, histories, (split) => splitName(split, language))}
      />
    </div>
  );
}
