import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

import { kAll, type MonitorAlert, type QuotedMessage } from "../../api/monitor";
import { useFormats, useLanguage, useTexts } from "../../i18n/language";
import { Bar } from "../../ui/bar";
import { Marked } from "../../ui/marked";
import { viewHref, type View } from "./address";
import { seriesName } from "./series_name";
import { texts } from "./strings";
import { WebLink } from "./web_link";

interface AlertLineProps {
  alert: MonitorAlert;
  view: View;
  isOpen: boolean; // Its reasons are shown.
  busy: boolean;
  onToggle(): void;
  onShow(): void;
  onAcknowledge: (() => void) | undefined;
  onSilence: (() => void) | undefined;
}

// What a person reads of an alert, what there is to do about it, and on demand why it was raised.
export function AlertLine({ alert, view, isOpen, busy, onToggle, onShow, onAcknowledge, onSilence }: AlertLineProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const language = useLanguage();
  const reasons = useId();
  const { severity, event, acknowledged, ended } = alert;
  return (
    <li class={`alert alert--${severity}`}>
      <div class="alert__head">
        <span class={`tag ${severity === "warning" ? "tag--warn" : "tag--bad"} ${severity === "critical" ? "tag--critical" : ""}`}>{t[severity]}</span>
        <span class="alert__what">
          {t[event]} · {seriesName(alert, t)}
        </span>
        <span class="hint">
          {f.hour(Date.parse(alert.begin))} · {ended ? t.endedAt(f.hour(Date.parse(ended))) : t.goesOn}
          {alert.silenced_by && ` · ${t.silenced}`}
          {alert.escalated && ` · ${t.escalated}`}
        </span>
      </div>
      <p class="alert__sentence">{f.moments(alert.sentence[language])}</p>
      <div class="alert__actions">
        {acknowledged && <span class="hint">{t.acknowledgedBy(alert.acknowledged_by)}</span>}
        {!acknowledged && onAcknowledge && (
          <button class="button" type="button" disabled={busy} onClick={onAcknowledge}>
            {t.acknowledge}
          </button>
        )}
        {onSilence && !alert.silenced_by && !ended && (
          <button class="button" type="button" disabled={busy} onClick={onSilence}>
            {t.silence}
          </button>
        )}
        <button class="button button--quiet" type="button" aria-expanded={isOpen} aria-controls={reasons} onClick={onToggle}>
          {t.reasons} <span aria-hidden="true">{isOpen ? "▴" : "▾"}</span>
        </button>
        <button class="button button--quiet" type="button" onClick={onShow}>
          {t.showThen}
        </button>
        <a class="button button--quiet" href={viewHref([], { ...view, topic: alert.topic, entity: alert.entity, source: kAll })}>
          {t.showSeries}
        </a>
      </div>
      <div id={reasons} class="alert__reasons" hidden={!isOpen}>
        {isOpen && <Reasons alert={alert} />}
      </div>
    </li>
  );
}

function Reasons({ alert }: { alert: MonitorAlert }) {
  const t = useTexts(texts);
  const f = useFormats();
  const { voices, negative, usual_voices, usual_share, words, sources, messages, floods, related } = alert;
  const most = Math.max(...sources.map((one) => one.voices), 1);
  return (
    <>
      <dl class="reasons__figures">
        <Figure name={t.voices} value={f.integer(voices)} note={t.usually(f.rate(usual_voices))} />
        <Figure name={t.negativeShare} value={f.percent(voices > 0 ? negative / voices : null)} note={t.usually(f.percent(usual_share))} />
        <Figure name={t.score} value={f.signed(alert.log_odds)} note={t.scoreOf(f.signed(alert.threshold))} />
      </dl>
      <div class="reasons__columns">
        {words.length > 0 && (
          <Part title={t.rose}>
            <ul class="rose">
              {words.map(({ word, times }) => (
                <li key={word}>
                  <strong>{word}</strong> <span class="hint">{t.timesUsual(f.rate(times))}</span>
                </li>
              ))}
            </ul>
          </Part>
        )}
        {sources.length > 0 && (
          <Part title={t.from}>
            <ul class="bars">
              {sources.map((one) => (
                <li key={one.source}>
                  <span>{one.source}</span>
                  <Bar share={one.voices / most} />
                  <span class="number">{f.integer(one.voices)}</span>
                </li>
              ))}
            </ul>
          </Part>
        )}
        {related.length > 0 && (
          <Part title={t.alsoIn}>
            <p>{related.map((one) => seriesName(one, t)).join(", ")}</p>
          </Part>
        )}
      </div>
      {messages.length > 0 && (
        <Part title={t.said}>
          <Quotes quotes={messages} />
        </Part>
      )}
      {floods.length > 0 && (
        <Part title={t.flooded}>
          <Quotes quotes={floods} />
        </Part>
      )}
    </>
  );
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div>
      <dt class="hint">{name}</dt>
      <dd>
        <strong>{value}</strong> <span class="hint">{note}</span>
      </dd>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div>
      <h3>{title}</h3>
      {children}
    </div>
  );
}

function Quotes({ quotes }: { quotes: readonly QuotedMessage[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <ul class="quotes">
      {quotes.map((one) => (
        <li key={one.id}>
          <p class="marked">
            <Marked text={one.text} words={one.words} />
          </p>
          <p class="hint">
            {f.dateTime(Date.parse(one.ts))} · {one.source} · {f.signed(one.sentiment)}
            {one.copies > 1 && ` · ${t.copies(f.integer(one.copies))}`}
            <WebLink url={one.url} />
          </p>
        </li>
      ))}
    </ul>
  );
}
