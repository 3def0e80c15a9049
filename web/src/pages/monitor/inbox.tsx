import { useEffect, useRef, useState } from "preact/hooks";

import { useAction } from "../../api/action";
import { agentId } from "../../api/agent";
import { acknowledge, addSilence, endSilence, type AlertEvent, type MonitorAlert, type SeriesName, type Silence } from "../../api/monitor";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { Segmented } from "../../ui/segmented";
import { kStates, viewHref, type View } from "./address";
import { AlertLine } from "./alert";
import { seriesName } from "./series_name";
import { texts } from "./strings";

const kSilences = [60, 480, 1440, 10_080] as const; // Minutes.
const kFew = 5; // So that the trends stay in sight.

interface InboxProps {
  view: View;
  alerts: readonly MonitorAlert[] | undefined;
  alertsADay: number | undefined;
  silences: readonly Silence[];
  opened: string; // Id of the alert whose reasons are shown.
  replayed: boolean; // Nothing is acknowledged in the past.
  onOpen(id: string): void;
  onShow(alert: MonitorAlert): void; // The moment when it was raised.
  onChange(): void;
}

// Alerts, the newest first, and what a person does about them.
export function Inbox({ view, alerts, alertsADay, silences, opened, replayed, onOpen, onShow, onChange }: InboxProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const [minutes, setMinutes] = useState<number>(kSilences[2]);
  const [all, setAll] = useState(false);
  const action = useAction();
  const list = useRef<HTMLOListElement>(null);
  const left = useRef({ id: "", at: 0 }); // The alert that was acknowledged last, and its place.
  const act = (what: () => Promise<unknown>) => void action.run(() => what().then(onChange));
  const confirm = ({ id }: MonitorAlert, at: number) => {
    left.current = { id, at };
    act(() => acknowledge(id, agentId()));
  };
  const silence = ({ topic, entity, event }: SeriesName & { event: string }) => addSilence({ minutes, topic, entity, event, by: agentId() });
  const shown = all ? alerts : alerts?.filter(({ id }, i) => i < kFew || id === opened);
  const hidden = (alerts?.length ?? 0) - (shown?.length ?? 0);
  // Whoever goes through the inbox by keyboard goes on with the alert that took the place of the one that left.
  useEffect(() => {
    const { id, at } = left.current;
    if (!id || action.busy) return;
    if (!alerts?.some((one) => one.id === id && !one.acknowledged)) left.current = { id: "", at: 0 };
    if (document.activeElement !== document.body) return;
    list.current?.children[at]?.querySelector<HTMLElement>("button")?.focus();
  });
  const nothing = { unacknowledged: t.nothingToSee, open: t.noneOpen, "": t.noneAtAll }[view.state];
  return (
    <section class="section inbox" aria-labelledby="alerts-title">
      <div class="monitor-head">
        <h2 id="alerts-title">{t.alerts}</h2>
        {!replayed && (
          <Segmented
            name="alerts"
            label={t.state}
            value={view.state}
            options={kStates.map((value) => ({ value, text: value ? t[value] : t.all }))}
            onChange={(state) => location.replace(viewHref([], { ...view, state }))}
          />
        )}
        {alertsADay !== undefined && <span class="hint">{t.budget(f.plain(alertsADay))}</span>}
        {!replayed && alerts && alerts.length > 0 && (
          <label class="inline-field">
            <span>{t.silenceFor}</span>
            <select value={String(minutes)} onChange={(event) => setMinutes(Number(event.currentTarget.value))}>
              {kSilences.map((value) => (
                <option key={value} value={String(value)}>
                  {value === 1440 ? t.aDay : value === 10_080 ? t.aWeek : t.hours(value / 60)}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {action.error && <Failure error={action.error} />}
      {alerts?.length === 0 && <p class="hint">{replayed ? t.noneThen : nothing}</p>}
      <ol class="alerts" ref={list}>
        {shown?.map((alert, i) => (
          <AlertLine
            key={alert.id}
            alert={alert}
            view={view}
            isOpen={alert.id === opened}
            busy={action.busy}
            onToggle={() => onOpen(alert.id === opened ? "" : alert.id)}
            onShow={() => onShow(alert)}
            onAcknowledge={replayed ? undefined : () => confirm(alert, i)}
            onSilence={replayed ? undefined : () => act(() => silence(alert))}
          />
        ))}
      </ol>
      {hidden > 0 && (
        <button class="button button--quiet" type="button" onClick={() => setAll(true)}>
          {t.all} ({f.integer(alerts?.length)})
        </button>
      )}
      {silences.length > 0 && !replayed && <Silences silences={silences} busy={action.busy} onEnd={(id) => act(() => endSilence(id))} />}
    </section>
  );
}

function Silences({ silences, busy, onEnd }: { silences: readonly Silence[]; busy: boolean; onEnd(id: string): void }) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <div class="silences">
      <h3>{t.silences}</h3>
      <p class="hint">{t.silencesNote}</p>
      <ul>
        {silences.map((one) => (
          <li key={one.id}>
            <span>
              <strong>{seriesName(one, t)}</strong> <span class="hint">{[eventName(one.event, t), t.until(f.dateTime(Date.parse(one.until))), one.by && t.by(one.by)].filter(Boolean).join(" · ")}</span>
            </span>
            <button class="button button--quiet" type="button" disabled={busy} onClick={() => onEnd(one.id)}>
              {t.end}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function eventName(event: string, t: Record<AlertEvent, string>): string {
  return event === "negative_surge" || event === "volume_burst" || event === "new_story" ? t[event] : "";
}
