import { useEffect, useState } from "preact/hooks";

import { kAll, readAlert, readAlerts, readSilences, readSources, type MonitorAlert, type Sources as Figures } from "../../api/monitor";
import { usePolled } from "../../api/polled";
import { useResource } from "../../api/resource";
import { useFormats, useTexts } from "../../i18n/language";
import { AgentField } from "../../ui/agent_field";
import { Failure } from "../../ui/failure";
import { Notice } from "../../ui/notice";
import { Segmented } from "../../ui/segmented";
import type { PageProps } from "../page";
import { viewHref, viewOf, type View } from "./address";
import { Inbox } from "./inbox";
import { FirstMessages, NoMonitor } from "./no_monitor";
import "./page.css";
import { alertsAt, beginReplay, type Replay } from "./replay";
import { ReplayBar } from "./replay_bar";
import { Sources } from "./sources";
import { Stream } from "./stream";
import { texts } from "./strings";
import { kStepMs } from "./trend";
import { Trends } from "./trends";

const kFiguresMs = 3000;
const kAlertsMs = 4000;
const kMarksMs = 20_000;
const kSilencesMs = 10_000;
const kListed = 30;
const kMarked = 100;

export default function MonitorPage({ path, query }: PageProps) {
  const t = useTexts(texts);
  const view = viewOf(query);
  const figures = usePolled(readSources, [], kFiguresMs);
  const { error, data } = figures;
  const isOff = error?.status === 404 || (error?.status === 503 && error.message.includes("apps.monitor"));
  const isToldAlready = error?.status === 0 && data !== undefined; // Above every page.
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{t.title}</h1>
          {data?.latest ? <Facts figures={data} /> : <p class="lede">{t.lede}</p>}
        </div>
        {data?.latest && <AgentField label={t.yourName} />}
      </div>
      {isOff && <NoMonitor />}
      {error && !isOff && !isToldAlready && <Failure error={error} onRetry={figures.reload} retries />}
      {data && !isOff && data.problems.length > 0 && <Problems problems={data.problems} />}
      {data && !data.latest && !isOff && <FirstMessages />}
      {data?.latest && !isOff && <Watch view={view} figures={data} latestMs={Date.parse(data.latest)} named={path[0] === "alerts" ? (path[1] ?? "") : ""} />}
      {data && !data.latest && !isOff && data.counts.unreadable > 0 && <Sources figures={data} />}
    </>
  );
}

function Facts({ figures: { latest, counts, watched } }: { figures: Figures }) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <ul class="facts">
      <li>{t.latest(f.dateTime(latest ? Date.parse(latest) : null))}</li>
      <li>{t.counted(f.integer(counts.messages))}</li>
      <li>{t.watched(f.integer(watched))}</li>
    </ul>
  );
}

function Problems({ problems }: { problems: readonly string[] }) {
  const t = useTexts(texts);
  return (
    <div class="problems" role="status">
      <Notice tone="warn" title={t.problems}>
        <ul>
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}

interface WatchProps {
  view: View;
  figures: Figures;
  latestMs: number;
  named: string; // The alert that the address names, or "".
}

function Watch({ view, figures, latestMs, named }: WatchProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const [replay, setReplay] = useState<Replay>();
  const [opened, setOpened] = useState(named);
  useEffect(() => setOpened(named), [named]);
  // Another unit spans another time.
  useEffect(() => setReplay((now) => (now && now.unit !== view.unit ? beginReplay(view.unit, latestMs, now.atMs) : now)), [view.unit]);

  const list = usePolled((signal) => readAlerts({ state: view.state, limit: kListed }, signal), [view.state], kAlertsMs);
  const past = replay ? new Date(replay.range[1]).toISOString() : "";
  const marked = usePolled((signal) => readAlerts({ limit: kMarked, ...(past ? { before: past } : {}) }, signal), [past], kMarksMs);
  const silences = usePolled(readSilences, [], kSilencesMs);
  const missing = opened && list.data && !list.data.alerts.some(({ id }) => id === opened) ? opened : "";
  const extra = useResource((signal) => (missing ? readAlert(missing, signal) : Promise.resolve(undefined)), [missing]);

  const live = list.data && [...(extra.data ? [extra.data] : []), ...list.data.alerts];
  const known = marked.data?.alerts ?? [];
  const changed = () => {
    list.reload();
    extra.reload();
    silences.reload();
  };
  const show = (alert: MonitorAlert) => {
    const { topic, entity } = alert;
    const unit = Date.parse(alert.end) - Date.parse(alert.begin) >= kStepMs.day ? "day" : view.unit;
    setOpened(alert.id);
    setReplay(beginReplay(unit, latestMs, Date.parse(alert.end)));
    location.replace(viewHref([], { ...view, topic, entity, unit, source: kAll }));
  };
  return (
    <>
      <div class="monitor-time">
        <Segmented
          name="mode"
          label={t.mode}
          value={replay ? "replay" : "live"}
          options={[
            { value: "live", text: t.live },
            { value: "replay", text: t.replay },
          ]}
          onChange={(mode) => setReplay(mode === "replay" ? beginReplay(view.unit, latestMs) : undefined)}
        />
        {replay && <ReplayBar replay={replay} format={f[replay.unit]} onMove={(update) => setReplay((now) => now && update(now))} />}
      </div>
      {extra.error?.status === 404 && <Notice tone="warn" title={t.noSuchAlert} />}
      {list.error && list.error.status !== 0 && <Failure error={list.error} onRetry={list.reload} retries />}
      <Inbox
        view={view}
        alerts={replay ? alertsAt(known, replay.atMs) : live}
        alertsADay={list.data?.alerts_a_day}
        silences={silences.data?.silences ?? []}
        opened={opened}
        replayed={replay !== undefined}
        onOpen={setOpened}
        onShow={show}
        onChange={changed}
      />
      <Trends
        view={view}
        latestMs={latestMs}
        alerts={replay ? alertsAt(known, replay.atMs) : union(live ?? [], known)}
        sources={figures.sources.map(({ source }) => source)}
        replay={replay && replay.unit === view.unit ? replay : undefined}
      />
      {replay ? <p class="hint">{t.noReplay}</p> : <Stream view={view} />}
      {!replay && <Sources figures={figures} />}
    </>
  );
}

function union(alerts: readonly MonitorAlert[], more: readonly MonitorAlert[]): MonitorAlert[] {
  return [...new Map([...more, ...alerts].map((alert) => [alert.id, alert])).values()];
}
