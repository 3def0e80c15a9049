import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { request, wasAborted, type ApiError } from "../../api/client";
import { asApiError } from "../../api/resource";
import type { EventPage, LoggedEvent, Outcome } from "../../api/types";

const kPageSize = 50;

export interface Filters {
  type: string;
  app: string;
  subject: string;
}

export interface EventLog {
  events: LoggedEvent[] | undefined;
  more: boolean;
  loading: boolean;
  error: ApiError | undefined;
  older(): void;
  refresh(): void;
}

export function eventsPath({ type, app, subject }: Filters, before: string | number | null): string {
  const query = new URLSearchParams({ limit: String(kPageSize) });
  for (const [name, value] of Object.entries({ type, app, subject, before: before === null ? "" : String(before) })) {
    if (value !== "") query.set(name, value);
  }
  return `v1/events?${query}`;
}

// Pages joined in order; an event that stands in two of them, because others came meanwhile, is kept once.
export function joinPages(shown: readonly LoggedEvent[], older: readonly LoggedEvent[]): LoggedEvent[] {
  const known = new Set(shown.map(({ event_id }) => event_id));
  return [...shown, ...older.filter(({ event_id }) => !known.has(event_id))];
}

export function outcomesOf(events: readonly LoggedEvent[], decisionId: string): Outcome[] {
  return events.filter((event): event is Outcome => event.type === "outcome" && event.decision_id === decisionId);
}

// The log under these filters: newest first, older pages by cursor on demand.
export function useEventLog(filters: Filters): EventLog {
  const key = JSON.stringify(filters);
  const [held, setHeld] = useState<{ events?: LoggedEvent[]; next: EventPage["next"]; error?: ApiError; loading: boolean }>({ next: null, loading: true });
  const running = useRef<AbortController | null>(null);

  const load = useCallback(
    async (before: EventPage["next"]) => {
      running.current?.abort();
      const abort = (running.current = new AbortController());
      setHeld(({ error: _, ...old }) => ({ ...old, loading: true }));
      try {
        const page = await request<EventPage>(eventsPath(filters, before), { signal: abort.signal });
        setHeld((old) => ({ events: joinPages(before === null ? [] : (old.events ?? []), page.events), next: page.next, loading: false }));
      } catch (problem) {
        if (!wasAborted(problem)) setHeld((old) => ({ ...old, error: asApiError(problem), loading: false }));
      }
    },
    [key],
  );
  useEffect(() => {
    void load(null);
    return () => running.current?.abort();
  }, [load]);

  return {
    events: held.events,
    more: held.next !== null,
    loading: held.loading,
    error: held.error,
    older: () => void load(held.next),
    refresh: () => void load(null),
  };
}
