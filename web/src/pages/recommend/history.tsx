import { useEffect, useRef, useState } from "preact/hooks";

import type { PastEvent, Slate } from "../../api/recommend";
import { useFormats, useTexts } from "../../i18n/language";
import { Bar } from "../../ui/bar";
import { texts } from "./strings";

const kFew = 12;

interface HistoryProps {
  events: readonly PastEvent[]; // In the order of time.
  supposed: readonly { id: string; title: string }[]; // Behind them.
  because: Slate["because"];
  pointed: { item: string }; // That an item of the slate points at; a new object points again.
  onTakeBack(item: string): void;
}

// What a person did, the latest first, with the share of the attention of what counted most.
export function History({ events, supposed, because, pointed, onTakeBack }: HistoryProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const [all, setAll] = useState(false);
  const list = useRef<HTMLOListElement>(null);
  const strongest = Math.max(...because.map(({ share }) => share), Number.MIN_VALUE);
  const shares = new Map(because.map(({ item, share }) => [item, share]));
  const rows = [...events].reverse();
  const firstAt = new Map<string, number>();
  rows.forEach(({ item }, i) => firstAt.set(item, firstAt.get(item) ?? i));
  const shown = rows.filter(({ item }, i) => all || i < kFew || item === pointed.item || (shares.has(item) && firstAt.get(item) === i));
  useEffect(() => {
    if (!pointed.item) return;
    const row = [...(list.current?.children ?? [])].find((one) => (one as HTMLElement).dataset["item"] === pointed.item);
    (row as HTMLElement | undefined)?.focus();
  }, [pointed]);
  return (
    <section class="recommend-history" aria-labelledby="history-title">
      <h2 id="history-title">{t.history}</h2>
      <p class="hint">{events.length + supposed.length > 0 ? t.historyNote : t.noHistory}</p>
      <ol class="past" ref={list}>
        {[...supposed].reverse().map(({ id, title }) => (
          <li key={`supposed ${id}`} class="past__event" data-item={id} tabIndex={-1}>
            <span class="past__title">{title || id}</span>
            <span class="past__facts">
              <span class="tag tag--warn">{t.supposed}</span>
              <button class="button button--quiet" type="button" onClick={() => onTakeBack(id)}>
                {t.takeBack}
              </button>
            </span>
            <Share share={shares.get(id)} strongest={strongest} />
          </li>
        ))}
        {shown.map(({ item, title, kind, time_us }, i) => (
          <li key={`${item} ${kind} ${time_us} ${i}`} class={`past__event ${item === pointed.item ? "is-pointed" : ""}`} data-item={item} tabIndex={-1}>
            <span class="past__title">{title || item}</span>
            <span class="past__facts hint">
              {kind} {time_us !== undefined && `· ${f.dateTime(time_us / 1000)}`}
            </span>
            <Share share={rows.findIndex((row) => row.item === item) === rows.indexOf(shown[i]!) ? shares.get(item) : undefined} strongest={strongest} />
          </li>
        ))}
      </ol>
      {!all && shown.length < rows.length && (
        <button class="button button--quiet" type="button" onClick={() => setAll(true)}>
          {t.showAll(f.integer(rows.length))}
        </button>
      )}
    </section>
  );
}

function Share({ share, strongest }: { share: number | undefined; strongest: number }) {
  const t = useTexts(texts);
  const f = useFormats();
  if (share === undefined) return null;
  return (
    <span class="past__share">
      <Bar share={share / strongest} tone="attention" />
      <span class="hint">{t.ofAttention(f.percent(share))}</span>
    </span>
  );
}
