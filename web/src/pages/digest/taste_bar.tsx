import { useEffect, useState } from "preact/hooks";

import { kMostMinutes, kUnnamedReader, type Taste } from "../../api/taste";
import { useFormats, useTexts } from "../../i18n/language";
import { Slider } from "../../ui/slider";
import { texts } from "./strings";

// How long, of what, and for whom. Minutes move at once; what is typed counts when it is finished.
export function TasteBar({ taste, onChange }: { taste: Taste; onChange(part: Partial<Taste>): void }) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <div class="digest-taste">
      <Slider label={t.minutesYouHave} value={taste.minutes} most={kMostMinutes} step={1} text={f.integer(taste.minutes)} onChange={(minutes) => onChange({ minutes })} />
      <div class="row">
        <TypedField label={`${t.topics} (${t.topicsHint})`} value={taste.topics ?? ""} wide onFinish={(topics) => onChange({ topics })} />
        <TypedField label={t.reader} value={taste.reader} placeholder={kUnnamedReader} onFinish={(reader) => onChange({ reader })} />
        <label class="digest-taste__kept">
          <input type="checkbox" checked={taste.kept} onChange={(event) => onChange({ kept: event.currentTarget.checked })} /> {t.keptAgain}
        </label>
      </div>
    </div>
  );
}

function TypedField({ label, value, placeholder, wide, onFinish }: { label: string; value: string; placeholder?: string; wide?: boolean; onFinish(value: string): void }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  return (
    <label class={`field ${wide ? "digest-taste__topics" : ""}`}>
      <span class="field__label">{label}</span>
      <input autocomplete="off" maxLength={512} placeholder={placeholder} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} onChange={() => onFinish(typed)} />
    </label>
  );
}
