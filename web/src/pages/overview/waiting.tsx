import type { ComponentChildren } from "preact";

import type { ApiError } from "../../api/client";
import { readAlerts } from "../../api/monitor";
import { usePolled } from "../../api/polled";
import { listConversations } from "../../api/support";
import { href } from "../../app/route";
import { useFormats, useLanguage, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { texts } from "./strings";

const kEveryMs = 5000;
const kFew = 4;
const kCounted = 50; // As many as are asked for; so many or more are told as "50+".

// What waits for a person, each part where its application runs; everything leads to where it is dealt with.
export function Waiting({ alerts, conversations }: { alerts: boolean; conversations: boolean }) {
  const t = useTexts(texts);
  return (
    <section class="section front" aria-labelledby="waiting-title">
      <h2 id="waiting-title">{t.waitsForPerson}</h2>
      <div class="front__columns">
        {alerts && <Alerts />}
        {conversations && <Conversations />}
      </div>
    </section>
  );
}

function Alerts() {
  const t = useTexts(texts);
  const f = useFormats();
  const language = useLanguage();
  const { data, error } = usePolled((signal) => readAlerts({ state: "unacknowledged", limit: kCounted }, signal), [], kEveryMs);
  const alerts = data?.alerts ?? [];
  return (
    <List title={t.alerts} link={href("monitor")} count={data && alerts.length} nothing={t.noAlerts} error={error}>
      {alerts.slice(0, kFew).map(({ id, sentence, severity, begin }) => (
        <li key={id}>
          <a href={href("monitor", ["alerts", id])}>{f.moments(sentence[language])}</a>
          <span class="front__facts">
            <span class={`tag ${severity === "warning" ? "tag--warn" : "tag--bad"}`}>{t[severity]}</span>
            <span class="hint">{f.dateTime(Date.parse(begin))}</span>
          </span>
        </li>
      ))}
    </List>
  );
}

function Conversations() {
  const t = useTexts(texts);
  const f = useFormats();
  const { data, error } = usePolled((signal) => listConversations("waiting", signal), [], kEveryMs);
  const waiting = data?.conversations ?? [];
  return (
    <List title={t.conversations} link={href("support")} count={data && waiting.length} nothing={t.nobodyWaits} error={error}>
      {waiting.slice(0, kFew).map(({ id, tenant, summary, last, reason, priority, waiting_seconds }) => (
        <li key={`${tenant} ${id}`}>
          <a href={href("support", [], { conversation: id, tenant })}>{summary || last || id}</a>
          {reason && <span class="hint">{reason}</span>}
          <span class="front__facts">
            {priority === "urgent" && <span class="tag tag--bad">{t.urgent}</span>}
            <span class="hint">{t.since(f.duration(waiting_seconds))}</span>
          </span>
        </li>
      ))}
    </List>
  );
}

interface ListProps {
  title: string;
  link: string;
  count: number | undefined;
  nothing: string;
  error: ApiError | undefined;
  children: ComponentChildren;
}

function List({ title, link, count, nothing, error, children }: ListProps) {
  const f = useFormats();
  return (
    <div class="front__part">
      <h3>
        <a href={link}>{title}</a> {!!count && <span class="front__count">{count >= kCounted ? `${f.integer(count)}+` : f.integer(count)}</span>}
      </h3>
      {error && error.status !== 0 && <Failure error={error} />}
      {count === 0 && <p class="hint">{nothing}</p>}
      <ul class="front__list">{children}</ul>
    </div>
  );
}
