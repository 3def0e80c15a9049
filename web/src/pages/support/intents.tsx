import type { IntentVerdict } from "../../api/support";
import { useFormats, useTexts } from "../../i18n/language";
import { texts } from "./strings";

interface IntentsProps {
  intents: readonly IntentVerdict[];
  chosen: string | undefined; // What an agent said is right.
  onChoose: ((intent: string) => void) | undefined;
}

const kFew = 5;

// Probabilities against what each intent needs to be answered without a person.
export function Intents({ intents, chosen, onChoose }: IntentsProps) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <ol class="intents">
      {intents.slice(0, kFew).map((one, i) => (
        <li key={i} class={one.answered ? "is-answered" : ""}>
          <span class="intents__name">{one.intent}</span>
          <span class="intents__share">{f.percent(one.probability)}</span>
          <span
            class={`threshold-bar ${one.threshold == null ? "has-none" : ""}`}
            aria-hidden="true"
            style={{ "--share": one.probability, "--threshold": one.threshold ?? 0 }}
          />
          <span class="hint intents__need">
            {one.threshold == null ? "" : one.answered ? t.reaches(f.percent(one.threshold)) : t.needs(f.percent(one.threshold))}
          </span>
          {onChoose && (
            <button
              class="button button--quiet"
              type="button"
              aria-pressed={chosen === one.intent}
              onClick={() => onChoose(one.intent)}
            >
              {chosen === one.intent ? t.chosen : t.choose}
              <span class="visually-hidden"> {one.intent}</span>
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}
