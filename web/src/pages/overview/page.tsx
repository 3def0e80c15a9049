import { href } from "../../app/route";
import { useObservable } from "../../api/observable";
import { offeredRoutes } from "../../api/offered";
import { useResource } from "../../api/resource";
import { runningOf } from "../../api/running";
import { statusState } from "../../api/status";
import type { Status } from "../../api/types";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { Notice } from "../../ui/notice";
import { Charts } from "./charts";
import { Figure } from "./figure";
import { summarise } from "./figures";
import "./page.css";
import { texts } from "./strings";
import { Prices } from "./prices";
import { ModelTable, RouteTable } from "./tables";
import { Today } from "./today";
import { Waiting } from "./waiting";

export default function OverviewPage() {
  const t = useTexts(texts);
  const { status, error } = useObservable(statusState);
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{t.title}</h1>
          <p class="lede">{t.lede}</p>
        </div>
      </div>
      {error && error.status !== 0 && error.status !== 401 && <Failure error={error} retries />}
      <Attention />
      {status && (
        <section class="section" aria-labelledby="server-title">
          <h2 id="server-title">{t.server}</h2>
          <Facts status={status} />
          <Body status={status} />
        </section>
      )}
    </>
  );
}

// People's minutes: what applications that run here did with them. Nothing where none does.
function Attention() {
  const routes = useObservable(offeredRoutes);
  const running = useResource((signal) => runningOf(["monitor", "support", "digest"], signal), []).data ?? [];
  const runs = (name: string, route: string) => running.includes(name) && routes?.has(route) === true;
  const alerts = runs("monitor", "/v1/monitor/alerts");
  const conversations = runs("support", "/v1/support/conversations");
  return (
    <>
      {routes?.has("/v1/economy/ledger") && <Today priced={routes.has("/v1/economy/minutes")} />}
      {(alerts || conversations) && <Waiting alerts={alerts} conversations={conversations} />}
      {runs("digest", "/v1/digest") && <Prices />}
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
