import { href } from "../../app/route";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { Notice } from "../../ui/notice";
import type { PageProps } from "../page";
import { FilterBar } from "./filter_bar";
import { FirstEvent } from "./first_event";
import { EventList } from "./list";
import { useEventLog, type Filters } from "./log";
import "./page.css";
import { texts } from "./strings";

export default function EventsPage({ query }: PageProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const filters: Filters = { type: query["type"] ?? "", app: query["app"] ?? "", subject: query["subject"] ?? "" };
  const log = useEventLog(filters);
  const filtered = Object.values(filters).some(Boolean);
  const nothing = log.events?.length === 0;
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{t.title}</h1>
          <p class="lede">{t.lede}</p>
        </div>
        <button class="button" type="button" disabled={log.loading} onClick={log.refresh}>
          {t.refresh}
        </button>
      </div>
      {!(nothing && !filtered) && <FilterBar filters={filters} events={log.events ?? []} />}
      {log.error && <Failure error={log.error} onRetry={log.events ? log.older : log.refresh} />}
      {nothing && !filtered && <FirstEvent />}
      {nothing && filtered && (
        <Notice title={t.noMatchTitle} text={t.noMatchText} heading="h2">
          <a class="button" href={href("events")}>
            {t.clear}
          </a>
        </Notice>
      )}
      {log.events && !nothing && <EventList events={log.events} />}
      <div class="row events-foot" role="status">
        {log.loading && <span class="hint">{t.loading}</span>}
        {!log.loading && log.more && (
          <button class="button" type="button" onClick={log.older}>
            {t.older}
          </button>
        )}
        {log.events && !nothing && (
          <span class="hint">
            {t.count(f.integer(log.events.length))} {!log.more && !log.loading && t.end}
          </span>
        )}
      </div>
    </>
  );
}
