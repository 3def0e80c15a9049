import { useRef, useState } from "preact/hooks";

import type { Alignment } from "../../api/types";
import { useFormats, useTexts } from "../../i18n/language";
import { strongestSources } from "./alignment";
import { HeatMap } from "./heat_map";
import { texts } from "./strings";

// Source and translation one above the other: the word pointed at shows, in the source and in the heat map, where it came from.
export function Attention({ alignment }: { alignment: Alignment }) {
  const t = useTexts(texts);
  const [active, setActive] = useState(0);
  const row = alignment.weights[active] ?? [];
  return (
    <>
      <div class="linked">
        <h3 class="field__label">{t.source}</h3>
        <p class="linked__words">
          {alignment.source.map((word, i) => (
            <span key={i} class="linked__source" style={{ "--weight": row[i] ?? 0 }}>
              {word}
            </span>
          ))}
        </p>
        <h3 class="field__label">{t.target}</h3>
        <TargetWords alignment={alignment} active={active} onActive={setActive} />
      </div>
      <HeatMap alignment={alignment} active={active} onActive={setActive} />
    </>
  );
}

interface TargetWordsProps {
  alignment: Alignment;
  active: number;
  onActive(row: number): void;
}

function TargetWords({ alignment: { source, target, weights }, active, onActive }: TargetWordsProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const last = target.length - 1;
    const goal = { ArrowRight: active + 1, ArrowDown: active + 1, ArrowLeft: active - 1, ArrowUp: active - 1, Home: 0, End: last }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(goal, last));
    onActive(next);
    (list.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  const describe = (word: string, row: number) => {
    const sources = strongestSources(source, weights[row]!).map((one) => `${one.word} ${f.percent(one.weight)}`);
    return t.from(word, sources.join(t.and));
  };
  return (
    <div class="linked__words" role="toolbar" aria-label={t.target} ref={list} onKeyDown={move}>
      {target.map((word, i) => (
        <button
          key={i}
          type="button"
          class="linked__target"
          tabIndex={i === active ? 0 : -1}
          aria-pressed={i === active}
          aria-label={describe(word, i)}
          onFocus={() => onActive(i)}
          onMouseEnter={() => onActive(i)}
          onClick={() => onActive(i)}
        >
          {word}
        </button>
      ))}
    </div>
  );
}
