import type { ComponentChildren } from "preact";

import type { Candidate, Decision, LoggedEvent, Outcome } from "../../api/types";
import { href } from "../../app/route";
import { useFormats, useTexts } from "../../i18n/language";
import { Bar } from "../../ui/bar";
import { Table } from "../../ui/table";
import { outcomeValue } from "./list";
import { texts } from "./strings";

export function EventDetail({ event, outcomes }: { event: LoggedEvent; outcomes: Outcome[] }) {
  return (
    <div class="event__detail">
      {event.type === "decision" ? <DecisionDetail decision={event} outcomes={outcomes} /> : <OutcomeDetail outcome={event} />}
    </div>
  );
}

function DecisionDetail({ decision, outcomes }: { decision: Decision; outcomes: Outcome[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  const { model, version } = decision;
  return (
    <>
      <Candidates candidates={decision.candidates} chosen={decision.chosen} />
      <div class="event__facts">
        <dl class="pairs">
          <Pair name={t.reason}>{asText(decision.reason)}</Pair>
          <Pair name={t.model}>
            {model && <a href={href("models", [version == null ? model : `${model}@${version}`])}>{version == null ? model : `${model}@${version}`}</a>}
          </Pair>
          <Pair name={t.subject}>
            {decision.subject && <a href={href("events", [], { subject: decision.subject })}>{decision.subject}</a>}
          </Pair>
          <Pair name={t.minutes}>{decision.minutes == null ? null : f.plain(decision.minutes)}</Pair>
          <Pair name={t.tenant}>{decision.tenant}</Pair>
          <Pair name={t.context}>{decision.context_hash == null ? null : <code>{decision.context_hash}</code>}</Pair>
          <Pair name={t.eventId}>
            <code>{decision.event_id}</code>
          </Pair>
        </dl>
        <h2>{t.outcomes}</h2>
        {outcomes.length === 0 ? (
          <p class="hint">{t.noOutcomes}</p>
        ) : (
          <ul class="outcomes">
            {outcomes.map((one) => (
              <li key={one.event_id}>
                <span class="event__kind event__kind--outcome">{one.kind}</span> {one.text ?? outcomeValue(one.value, f.plain)}{" "}
                <span class="hint">{f.dateTime(one.ts / 1000)}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  );
}

function Candidates({ candidates, chosen }: { candidates: readonly Candidate[]; chosen: string }) {
  const t = useTexts(texts);
  const f = useFormats();
  const rows = [...candidates].sort((a, b) => (a.position ?? Infinity) - (b.position ?? Infinity));
  return (
    <Table
      label={t.candidates}
      rows={rows}
      rowKey={({ id }) => id}
      columns={[
        {
          title: t.candidate,
          cell: ({ id }) => (
            <>
              {id} {id === chosen && <span class="tag tag--good">{t.chosen}</span>}
            </>
          ),
        },
        { title: t.position, number: true, cell: ({ position }) => f.integer(position) },
        { title: t.score, number: true, cell: ({ score }) => f.metric(score) },
        {
          title: t.propensity,
          number: true,
          cell: ({ propensity }) => (
            <span class="propensity">
              {propensity != null && <Bar share={propensity} />} {f.percent(propensity)}
            </span>
          ),
        },
      ]}
    />
  );
}

function OutcomeDetail({ outcome }: { outcome: Outcome }) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <dl class="pairs">
      <Pair name={t.ofDecision}>
        <code>{outcome.decision_id}</code>
      </Pair>
      <Pair name={t.value}>{outcomeValue(outcome.value, f.plain)}</Pair>
      <Pair name={t.note}>{outcome.text}</Pair>
      <Pair name={t.eventId}>
        <code>{outcome.event_id}</code>
      </Pair>
    </dl>
  );
}

// Left out where there is nothing to say.
function Pair({ name, children }: { name: string; children: ComponentChildren }) {
  if (children == null || children === "") return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function asText(value: unknown): string | null {
  if (value == null) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}
