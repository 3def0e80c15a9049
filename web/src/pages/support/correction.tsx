import { useState } from "preact/hooks";

import { useAction } from "../../api/action";
import { agentId } from "../../api/agent";
import { correct } from "../../api/support";
import { useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { Intents } from "./intents";
import { texts } from "./strings";
import type { ReadMessage } from "./turns";

// What was said of decisions on this page; it survives a look at another message.
const said = new Map<string, { intent?: string; accepted?: boolean }>();

interface CorrectionProps {
  message: ReadMessage;
  tenant: string;
  labels: readonly string[]; // All that may be right.
}

// The intents, and with one press what the right one was, or whether the answer was right: what a later training learns from.
export function IntentsWithCorrection({ message, tenant, labels }: CorrectionProps) {
  const t = useTexts(texts);
  const action = useAction();
  const [, redraw] = useState({});
  const mine = said.get(message.id) ?? {};
  const intents = message.intents ?? [];
  const others = labels.filter((label) => !intents.slice(0, 5).some(({ intent }) => intent === label));
  const say = (what: { intent?: string; accepted?: boolean }) =>
    void action.run(async () => {
      await correct({ decision_id: message.id, ...what, agent: agentId(), ...(tenant ? { tenant } : {}) });
      said.set(message.id, { ...mine, ...what });
      redraw({});
    });
  return (
    <>
      <h3>{t.intents}</h3>
      {intents.length > 0 ? (
        <Intents intents={intents} chosen={mine.intent} onChoose={(intent) => say({ intent })} />
      ) : (
        <p class="hint">{t.noIntent}</p>
      )}
      <div class="correction" role="group" aria-label={t.correction}>
        {others.length > 0 && (
          <label class="field">
            <span class="field__label">{t.otherIntent}</span>
            <select value={others.includes(mine.intent ?? "") ? mine.intent : ""} onChange={(event) => event.currentTarget.value && say({ intent: event.currentTarget.value })}>
              <option value="">{t.pick}</option>
              {others.map((label) => (
                <option key={label} value={label}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        )}
        <div class="correction__answer">
          <span class="field__label">{t.wasRight}</span>
          {[true, false].map((accepted) => (
            <button
              key={`${accepted}`}
              class="button"
              type="button"
              disabled={action.busy}
              aria-pressed={mine.accepted === accepted}
              onClick={() => say({ accepted })}
            >
              {accepted ? t.right : t.wrong}
            </button>
          ))}
        </div>
      </div>
      <p class="hint" role="status">
        {said.has(message.id) && !action.error && t.recorded}
      </p>
      {action.error && <Failure error={action.error} />}
    </>
  );
}
