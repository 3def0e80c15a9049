import { href } from "../../app/route";
import { useObservable } from "../../api/observable";
import { statusState } from "../../api/status";
import type { Status } from "../../api/types";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { Notice } from "../../ui/notice";
import { Charts } from "./charts";
import { summarise } from "./figures";
import "./page.css";
import { texts } from "./strings";
import { ModelTable, RouteTable } from "./tables";

export default function OverviewPage() {
  const t = useTexts(texts);
  const { status, error } = useObservable(statusState);
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{t.title}</h1>
          {status && <Facts status={status} />}
        </div>
      </div>
      {error && error.status !== 0 && error.status !== 401 && <Failure error={error} retries />}
      {status && <Body status={status} />}
    </>
  );
}

function Facts({ status }: { status: Status }) {
  const t = useTexts(texts);
  const f = useFormats();
  const facts = [
    t.up(f.duration(status.uptime_seconds)),
    t.workers(status.workers),
    status.keys ? t.keysOn : t.keysOff,
    ...(status.store ? [t.store(storeName(status.store.kind))] : []),
    ...(status.store?.pending ? [t.pending(f.integer(status.store.pending))] : []),
  ];
  return (
    <ul class="facts">
      {facts.map((fact) => (
        <li key={fact}>{fact}</li>
      ))}
    </ul>
  );
}

function storeName(kind: string): string {
  return { sqlite: "SQLite", postgresql: "PostgreSQL", postgres: "PostgreSQL" }[kind] ?? kind;
}

function Body({ status }: { status: Status }) {
  const asked = status.traffic.some(({ requests, rejected }) => requests + rejected > 0);
  return (
    <>
      {status.models.length === 0 && !asked && <NoModels />}
      {status.models.length > 0 && !asked && <Quiet />}
      <KeyFigures status={status} />
      {asked && <Charts status={status} />}
      {status.routes.length > 0 && <RouteTable rows={status.routes} />}
      {status.models.length > 0 && <ModelTable rows={status.models} />}
    </>
  );
}

function NoModels() {
  const t = useTexts(texts);
  return (
    <Notice title={t.noModelsTitle} text={t.noModelsText} heading="h2">
      <a class="button" href={href("models")}>
        {t.toModels}
      </a>
    </Notice>
  );
}

function Quiet() {
  const t = useTexts(texts);
  return (
    <Notice title={t.quietTitle} text={t.quietText} heading="h2">
      <a class="button" href={href("try")}>
        {t.toTry}
      </a>
    </Notice>
  );
}

function KeyFigures({ status }: { status: Status }) {
  const t = useTexts(texts);
  const f = useFormats();
  const figures = summarise(status.traffic);
  return (
    <dl class="key-figures">
      <Figure name={t.rate} value={f.rate(figures.perSecond)} note={t.rateNote} />
      <Figure name={t.median} value={f.milliseconds(figures.medianMs)} note={t.medianNote} />
      <Figure name={t.slow} value={f.milliseconds(figures.slowestMs)} note={t.slowNote} />
      <Figure name={t.queue} value={f.integer(status.queue.length)} note={t.queueOf(f.integer(status.queue.capacity))} />
      <Figure name={t.failed} value={f.integer(figures.failed)} note={t.fiveMinutes} />
      <Figure name={t.rejected} value={f.integer(figures.rejected)} note={t.fiveMinutes} />
    </dl>
  );
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  const [, number = value, unit = ""] = /^(\S+)\s(\D+)$/.exec(value) ?? [];
  return (
    <div class="key-figure">
      <dt>{name}</dt>
      <dd>
        <span class="key-figure__value">
          {number}
          {unit && <small> {unit}</small>}
        </span>
        <span class="hint">{note}</span>
      </dd>
    </div>
  );
}
