import { useRef, useState } from "preact/hooks";

import type { LoggedEvent } from "../../api/types";
import { useFormats, useTexts } from "../../i18n/language";
import { EventDetail } from "./detail";
import { outcomesOf } from "./log";
import { texts } from "./strings";

// A line an event, which opens below itself.
export function EventList({ events }: { events: readonly LoggedEvent[] }) {
  const t = useTexts(texts);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLOListElement>(null);
  const toggle = (id: string) => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  const move = (event: KeyboardEvent) => {
    const buttons = [...list.current!.querySelectorAll<HTMLElement>(".event__line")];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const goal = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (goal === undefined || at < 0) return;
    event.preventDefault();
    buttons[Math.max(0, Math.min(goal, buttons.length - 1))]!.focus();
  };
  return (
    <ol class="events" aria-label={t.list} ref={list} onKeyDown={move}>
      {events.map((event) => (
        <li key={event.event_id} class="event">
          <button type="button" class="event__line" aria-expanded={open.has(event.event_id)} onClick={() => toggle(event.event_id)}>
            <Line event={event} />
          </button>
          {open.has(event.event_id) && <EventDetail event={event} outcomes={outcomesOf(events, event.event_id)} />}
        </li>
      ))}
    </ol>
  );
}

function Line({ event }: { event: LoggedEvent }) {
  const f = useFormats();
  const time = <span class="event__time">{f.dateTime(event.ts / 1000)}</span>;
  if (event.type === "decision") {
    return (
      <>
        {time}
        <span class="event__kind">{event.app}</span>
        <span class="event__what">
          <strong>{event.chosen}</strong>
          {event.subject && <span class="event__who"> → {event.subject}</span>}
        </span>
      </>
    );
  }
  return (
    <>
      {time}
      <span class="event__kind event__kind--outcome">{event.kind}</span>
      <span class="event__what">
        {event.text ?? outcomeValue(event.value, f.plain)}
        <span class="event__who"> ← {event.decision_id}</span>
      </span>
    </>
  );
}

export function outcomeValue(value: number | string | null | undefined, format: (value: number) => string): string {
  return typeof value === "number" ? format(value) : (value ?? "");
}
