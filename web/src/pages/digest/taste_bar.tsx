import { useState } from "preact/hooks";

import { useFormats, useTexts } from "../../i18n/language";
import { Slider } from "../../ui/slider";
import { texts } from "./strings";
import { kMostMinutes, type Taste } from "./taste";

// How long, of what, and for whom. Minutes move at once; what is typed counts when it is finished.
export function TasteBar({ taste, onChange }: { taste: Taste; onChange(part: Partial<Taste>): void }) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <div class="digest-taste">
      <Slider label={t.minutesYouHave} value={taste.minutes} most={kMostMinutes} step={1} text={f.integer(taste.minutes)} onChange={(minutes) => onChange({ minutes })} />
      <div class="row">
        <TypedField label={`${t.topics} (${t.topicsHint})`} value={taste.topics} wide onFinish={(topics) => onChange({ topics })} />
        <TypedField label={t.reader} value={taste.reader} onFinish={(reader) => onChange({ reader })} />
      </div>
    </div>
  );
}

function TypedField({ label, value, wide, onFinish }: { label: string; value: string; wide?: boolean; onFinish(value: string): void }) {
  const [typed, setTyped] = useState(value);
  return (
    <label class={`field ${wide ? "digest-taste__topics" : ""}`}>
      <span class="field__label">{label}</span>
      <input autocomplete="off" maxLength={512} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} onChange={() => onFinish(typed)} />
    </label>
  );
}
