import type { Task } from "../../api/types";
import { useTexts } from "../../i18n/language";
import { examples } from "./examples";
import { texts } from "./strings";

export function TextField({ task, text, onType }: { task: Task; text: string; onType(text: string): void }) {
  const t = useTexts(texts);
  return (
    <div class="ask">
      <label class="field">
        <span class="field__label">{t.text}</span>
        <textarea
          rows={5}
          placeholder={t.placeholder}
          value={text}
          onInput={(event) => onType(event.currentTarget.value)}
        />
      </label>
      <div class="examples">
        <span class="hint">{t.examples}</span>
        {examples[task].map((example) => (
          <button key={example} type="button" class="example" onClick={() => onType(example)}>
            {example}
          </button>
        ))}
      </div>
    </div>
  );
}
