import { useRef } from "preact/hooks";

import { kAll, kUnits, readTrends, type MonitorAlert, type Unit } from "../../api/monitor";
import { useResource } from "../../api/resource";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { LineChart } from "../../ui/line_chart";
import { Segmented } from "../../ui/segmented";
import { viewHref, type View } from "./address";
import { Breakdown } from "./breakdown";
import type { Replay } from "./replay";
import { texts } from "./strings";
import { concerns, fill, kShown, kStepMs, marksOf, pointsOf, sentimentBand, sharesBy, usualVoices, type Share } from "./trend";
import { useRows } from "./use_rows";

interface TrendsProps {
  view: View;
  latestMs: number;
  alerts: readonly MonitorAlert[]; // Those that may be marked.
  sources: readonly string[];
  replay: Replay | undefined;
}

// How one series goes, and which topics and entities there are.
export function Trends({ view, latestMs, alerts, sources, replay }: TrendsProps) {
  const t = useTexts(texts);
  const { rows, untilMs, error, reload } = useRows(view, latestMs, replay);
  const parts = useParts(view, untilMs, replay?.playing ?? false);
  return (
    <section class="section trends" aria-labelledby="trends-title">
      <h2 id="trends-title">{t.trends}</h2>
      <FilterBar view={view} topics={parts.topics} entities={parts.entities} sources={sources} />
      {error && error.status !== 0 && <Failure error={error} onRetry={reload} retries />}
      {rows && <Charts view={view} rows={rows} untilMs={untilMs} alerts={alerts} />}
      <div class={`breakdowns ${replay?.playing ? "is-old" : ""}`}>
        <Breakdown title={t.byTopic} shares={parts.topics} chosen={view.topic} address={(topic) => viewHref([], { ...view, topic })} />
        <Breakdown title={t.byEntity} shares={parts.entities} chosen={view.entity} address={(entity) => viewHref([], { ...view, entity })} />
      </div>
    </section>
  );
}

const kCoarser: Record<Unit, Unit> = { minute: "hour", hour: "day", day: "day" };

// Topics and entities of the time that is shown; while a replay plays, those of the moment at which it began.
function useParts({ topic, entity, source, unit }: View, untilMs: number, playing: boolean): { topics: Share[]; entities: Share[] } {
  const step = kStepMs[unit];
  const now = Math.floor(untilMs / step) * step;
  const settled = useRef(now);
  if (!playing) settled.current = now;
  const coarse = kCoarser[unit];
  const since = new Date(settled.current - (kShown - 1) * step - kStepMs[coarse] + 1).toISOString();
  const until = new Date(settled.current + step).toISOString();
  const load = (part: "topic" | "entity", signal: AbortSignal) => readTrends({ unit: coarse, topic, entity, source, [part]: "", since, until }, signal);
  const inputs = [source, since, until];
  const topics = useResource((signal) => load("topic", signal), [entity, ...inputs]);
  const entities = useResource((signal) => load("entity", signal), [topic, ...inputs]);
  // What was there before stays while a later moment is loaded.
  const kept = useRef({ topics: [] as Share[], entities: [] as Share[] });
  if (topics.data) kept.current.topics = sharesBy(topics.data.trends, "topic");
  if (entities.data) kept.current.entities = sharesBy(entities.data.trends, "entity");
  return kept.current;
}

interface ChartsProps extends Pick<TrendsProps, "view" | "alerts"> {
  rows: Parameters<typeof fill>[0];
  untilMs: number;
}

function Charts({ view, rows, untilMs, alerts }: ChartsProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const { unit } = view;
  const all = fill(rows, unit, untilMs);
  const shown = all.slice(-kShown);
  const usual = usualVoices(all, unit).slice(-kShown);
  if (!shown.some(({ voices }) => voices > 0)) return <p class="hint">{t.quiet}</p>;
  const span = [shown[0]!.x, shown.at(-1)!.x] as const;
  const marks = marksOf(alerts.filter((alert) => concerns(view, alert)), unit, span, (change) => t[change]);
  const hasUsual = usual.some(([, low]) => low !== null);
  const x = { kind: "time" as const, format: f[unit] };
  return (
    <div class="trends__charts">
      <div>
        <h3>{t.voices}</h3>
        <LineChart
          label={t.voicesLabel}
          xTitle={t.time}
          tall
          axes={{ x, y: { format: f.rate, tick: f.tick, fromZero: true, whole: true } }}
          series={[
            { name: t.negative, points: pointsOf(shown, "negative"), colour: 3, filled: true, stacked: true },
            { name: t.neutral, points: pointsOf(shown, "neutral"), colour: 5, filled: true, stacked: true },
            { name: t.positive, points: pointsOf(shown, "positive"), colour: 0, filled: true, stacked: true },
          ]}
          bands={hasUsual ? [{ name: t.usual, points: usual, colour: 2 }] : []}
          marks={marks}
        />
        <p class="hint">{hasUsual ? t.usualNote : t.markNote}</p>
      </div>
      <div>
        <h3>{t.sentiment}</h3>
        <LineChart
          label={t.sentimentLabel}
          xTitle={t.time}
          axes={{ x, y: { format: f.signed, tick: f.tick } }}
          series={[{ name: t.sentiment, points: pointsOf(shown, "sentiment"), colour: 2 }]}
          bands={[{ name: t.interval, points: sentimentBand(shown), colour: 2 }]}
          marks={marks}
        />
      </div>
    </div>
  );
}

function FilterBar({ view, topics, entities, sources }: { view: View; topics: readonly Share[]; entities: readonly Share[]; sources: readonly string[] }) {
  const t = useTexts(texts);
  const choose = (part: Partial<View>) => location.replace(viewHref([], { ...view, ...part }));
  const names = (shares: readonly Share[]) => shares.map(({ name }) => name);
  return (
    <div class="row" role="group" aria-label={t.filters}>
      <Segmented name="unit" label={t.unit} value={view.unit} options={kUnits.map((value) => ({ value, text: t[value] }))} onChange={(unit) => choose({ unit })} />
      <Choice label={t.topic} any={t.anyTopic} value={view.topic} names={names(topics)} onChange={(topic) => choose({ topic })} />
      <Choice label={t.entity} any={t.anyEntity} value={view.entity} names={names(entities)} onChange={(entity) => choose({ entity })} />
      <Choice label={t.source} any={t.anySource} value={view.source} names={sources} onChange={(source) => choose({ source })} />
      {[view.topic, view.entity, view.source].some((name) => name !== kAll) && (
        <a class="button button--quiet" href={viewHref([], { ...view, topic: kAll, entity: kAll, source: kAll })}>
          {t.clear}
        </a>
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  any: string;
  value: string;
  names: readonly string[];
  onChange(value: string): void;
}

function Choice({ label, any, value, names, onChange }: ChoiceProps) {
  const offered = [...new Set([...names, ...(value === kAll ? [] : [value])])].sort((a, b) => a.localeCompare(b));
  return (
    <label class="field">
      <span class="field__label">{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value={kAll}>{any}</option>
        {offered.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
