import { useEffect, useState } from "preact/hooks";

import type { LoggedEvent } from "../../api/types";
import { href } from "../../app/route";
import { useTexts } from "../../i18n/language";
import { Segmented } from "../../ui/segmented";
import type { Filters } from "./log";
import { texts } from "./strings";

// Filters live in the address, so that a filtered log can be sent to a colleague.
export function FilterBar({ filters, events }: { filters: Filters; events: readonly LoggedEvent[] }) {
  const t = useTexts(texts);
  const choose = (part: Partial<Filters>) => location.replace(href("events", [], { ...filters, ...part }));
  const seen = (part: "app" | "subject") =>
    [...new Set(events.flatMap((event) => (event.type === "decision" && event[part] ? [event[part]] : [])))].sort();
  return (
    <div class="row filters" role="group" aria-label={t.filters}>
      <Segmented
        name="type"
        label={t.type}
        value={filters.type}
        options={[
          { value: "", text: t.anyType },
          { value: "decision", text: t.decision },
          { value: "outcome", text: t.outcome },
        ]}
        onChange={(type) => choose({ type })}
      />
      {(["app", "subject"] as const).map((part) => (
        <label key={part} class="field">
          <span class="field__label">{t[part]}</span>
          <FilterInput list={`seen-${part}`} value={filters[part]} onChoose={(value) => choose({ [part]: value })} />
          <datalist id={`seen-${part}`}>
            {seen(part).map((value) => (
              <option key={value} value={value} />
            ))}
          </datalist>
        </label>
      ))}
      {(filters.type || filters.app || filters.subject) && (
        <a class="button button--quiet" href={href("events")}>
          {t.clear}
        </a>
      )}
    </div>
  );
}

// What is being typed is the field's own: events that arrive meanwhile draw the bar again, and must not take it away.
function FilterInput({ list, value, onChoose }: { list: string; value: string; onChoose(value: string): void }) {
  const t = useTexts(texts);
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  return (
    <input
      list={list}
      placeholder={t.any}
      autocomplete="off"
      value={typed}
      onInput={(event) => setTyped(event.currentTarget.value)}
      onChange={(event) => onChoose(event.currentTarget.value.trim())}
    />
  );
}
