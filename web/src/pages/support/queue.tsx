import { useState } from "preact/hooks";

import { useAction } from "../../api/action";
import { agentId } from "../../api/agent";
import { takeNext, type ConversationKey, type ConversationLine, type ConversationState } from "../../api/support";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { Segmented } from "../../ui/segmented";
import { kStates, supportHref } from "./address";
import { texts } from "./strings";
import { waitsLong } from "./turns";

const kFew = 4; // So that the conversation stays in sight.

interface QueueProps {
  state: ConversationState;
  lines: readonly ConversationLine[] | undefined;
  opened: ConversationKey;
  onChange(): void;
}

// Who waits for a person, in the order in which the server serves them; or the other conversations.
export function Queue({ state, lines, opened, onChange }: QueueProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const [all, setAll] = useState(false);
  const action = useAction();
  const shown = all ? lines : lines?.slice(0, kFew);
  const hidden = (lines?.length ?? 0) - (shown?.length ?? 0);
  const next = () =>
    void action.run(async () => {
      location.replace(supportHref(state, await takeNext(agentId())));
      onChange();
    });
  return (
    <section class="queue" aria-labelledby="queue-title">
      <div class="queue__head">
        <h2 id="queue-title">{t.queue}</h2>
        <Segmented
          name="queue"
          label={t.queue}
          value={state}
          options={kStates.map((value) => ({ value, text: t[value] }))}
          onChange={(value) => location.replace(supportHref(value, opened))}
        />
        <span class="hint" role="status">
          {lines && lines.length > 0 && t.count(f.integer(lines.length), lines.length)}
        </span>
        {state === "waiting" && lines && lines.length > 0 && (
          <button class="button queue__next" type="button" disabled={action.busy} onClick={next}>
            {t.takeNext}
          </button>
        )}
      </div>
      {action.error && <Failure error={action.error} />}
      {lines?.length === 0 && <p class="hint queue__empty">{state === "waiting" ? t.nobodyWaits : t.noneHere}</p>}
      <ol class="queue__lines">
        {shown?.map((line) => (
          <Line key={`${line.tenant} ${line.id}`} line={line} state={state} isOpen={line.id === opened.id && line.tenant === opened.tenant} />
        ))}
      </ol>
      {hidden > 0 && (
        <button class="button button--quiet" type="button" onClick={() => setAll(true)}>
          {t.showAll(f.integer(hidden))}
        </button>
      )}
      {all && (
        <button class="button button--quiet" type="button" onClick={() => setAll(false)}>
          {t.showFewer}
        </button>
      )}
    </section>
  );
}

function Line({ line, state, isOpen }: { line: ConversationLine; state: ConversationState; isOpen: boolean }) {
  const t = useTexts(texts);
  const f = useFormats();
  const long = line.state === "waiting" && waitsLong(line.waiting_seconds);
  // Who waits is told about by the summary: what was said last is mostly that somebody will come.
  const [first, second] = line.state === "waiting" ? [line.summary, line.reason] : [line.last, line.summary];
  return (
    <li class={`queue__line ${isOpen ? "is-open" : ""}`}>
      <span class={`queue__wait ${long ? "is-long" : ""}`}>
        {line.state === "waiting" ? f.duration(line.waiting_seconds) : t[line.state]}
        {long && <span class="visually-hidden"> {t.long}</span>}
      </span>
      <span class="queue__what">
        <a href={supportHref(state, line)} aria-current={isOpen ? "true" : undefined}>
          {first || line.last || line.id}
        </a>
        {second && <span class="queue__about">{second}</span>}
      </span>
      <span class="queue__tags">
        {line.priority === "urgent" && <span class="tag tag--bad">{t.urgent}</span>}
        {line.agent && <span class="tag">{line.agent}</span>}
        {line.tenant && <span class="tag">{line.tenant}</span>}
        <span class="tag">{t.messages(line.turns)}</span>
      </span>
    </li>
  );
}
