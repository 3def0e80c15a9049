import { useId, useState } from "preact/hooks";

import type { SlateItem } from "../../api/recommend";
import { useFormats, useTexts } from "../../i18n/language";
import { Bar } from "../../ui/bar";
import { Marked } from "../../ui/marked";
import { counted, wordMarks } from "./figures";
import { texts } from "./strings";

interface SlateProps {
  items: readonly SlateItem[];
  moves: readonly (number | null)[] | undefined; // Against the server's own settings; undefined: these are they.
  isOld: boolean; // Another is on its way.
  onPoint(item: string): void;
  onSuppose(item: SlateItem): void;
}

// What would be shown, first place first, and why each is there.
export function SlateList({ items, moves, isOld, onPoint, onSuppose }: SlateProps) {
  const t = useTexts(texts);
  const best = Math.max(...items.map(({ value }) => value), Number.MIN_VALUE);
  return (
    <section aria-labelledby="slate-title">
      <h2 id="slate-title">{t.slate}</h2>
      <p class="hint">{t.slateNote}</p>
      {items.length === 0 && <p>{t.empty}</p>}
      <ol class="slate" aria-busy={isOld}>
        {items.map((item, place) => (
          <Place key={item.id} item={item} best={best} move={moves?.[place]} onPoint={onPoint} onSuppose={() => onSuppose(item)} />
        ))}
      </ol>
    </section>
  );
}

interface PlaceProps {
  item: SlateItem;
  best: number;
  move: number | null | undefined;
  onPoint(item: string): void;
  onSuppose(): void;
}

function Place({ item, best, move, onPoint, onSuppose }: PlaceProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const [open, setOpen] = useState(false);
  const reasons = useId();
  const { id, title, value, source, words = [], like } = item;
  const name = title || id;
  const marks = wordMarks(name, words);
  const others = words.filter(({ word }) => wordMarks(name, [{ word, weight: 1 }]).length === 0);
  return (
    <li class="slate__place">
      <div class="slate__head">
        <span class="slate__title marked">
          <Marked text={name} words={marks} />
        </span>
        <Move move={move} />
      </div>
      <div class="slate__worth">
        <Bar share={value / best} />
        <span class="hint">{t.worth(f.metric(value))}</span>
      </div>
      <p class="slate__because">
        <span class={`tag ${source === "attention" ? "" : "tag--warn"}`}>{t[source]}</span>
        {like && (
          <span>
            {t.likeMost}{" "}
            <button class="link" type="button" onClick={() => onPoint(like.item)}>
              {like.title || like.item}
            </button>{" "}
            <span class="hint">{t.likeness(f.tick(like.likeness))}</span>
          </span>
        )}
      </p>
      <div class="slate__actions">
        <button class="button button--quiet" type="button" aria-expanded={open} aria-controls={reasons} onClick={() => setOpen(!open)}>
          {t.why} <span aria-hidden="true">{open ? "▴" : "▾"}</span>
        </button>
        <button class="button button--quiet" type="button" onClick={onSuppose}>
          {t.suppose}
        </button>
      </div>
      <div id={reasons} hidden={!open} class="slate__reasons">
        {open && <Reasons item={item} others={others} />}
      </div>
    </li>
  );
}

function Move({ move }: { move: number | null | undefined }) {
  const t = useTexts(texts);
  const f = useFormats();
  if (move === undefined || move === 0) return null;
  if (move === null) return <span class="tag tag--good">{t.entered}</span>;
  return (
    <span class="slate__move">
      <span aria-hidden="true">{move > 0 ? "▲" : "▼"} {f.integer(Math.abs(move))}</span>
      <span class="visually-hidden">{move > 0 ? t.rose(f.integer(move)) : t.fell(f.integer(-move))}</span>
    </span>
  );
}

function Reasons({ item: { goals, features, words = [] }, others }: { item: SlateItem; others: readonly { word: string; weight: number }[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  const strongest = Math.max(...words.map(({ weight }) => weight), Number.MIN_VALUE);
  const seen: [name: string, value: string][] = [
    [t.score, f.signed(features.attention)],
    [t.behind, f.metric(Math.abs(features.margin))],
    [t.takenBy, f.integer(counted(features.popularity))],
    [t.affinity, f.percent(features.affinity)],
  ];
  if (features.age > 0) seen.push([t.age, f.integer(counted(features.age))]);
  if (features.price > 0) seen.push([t.price, f.metric(Math.expm1(features.price))]);
  if (features.is_new > 0) seen.push([t.newItem, t.yes]);
  return (
    <>
      {words.length > 0 && (
        <div>
          <h3>{t.words}</h3>
          <ul class="slate__words">
            {words.map(({ word, weight }) => (
              <li key={word}>
                <span>{word}</span>
                <Bar share={weight / strongest} tone="attention" />
                <span class="number hint">
                  {f.signed(weight)}
                  {others.some((one) => one.word === word) && ` · ${t.otherWords}`}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
      {Object.keys(goals).length > 0 && (
        <div>
          <h3>{t.chances}</h3>
          <dl class="pairs">
            {Object.entries(goals).map(([goal, chance]) => (
              <Pair key={goal} name={goal} value={f.percent(chance)} />
            ))}
          </dl>
        </div>
      )}
      <div>
        <h3>{t.features}</h3>
        <dl class="pairs">
          {seen.map(([name, value]) => (
            <Pair key={name} name={name} value={value} />
          ))}
        </dl>
      </div>
    </>
  );
}

function Pair({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd class="figure">{value}</dd>
    </>
  );
}
