import { useState } from "preact/hooks";

import { useAction } from "../../api/action";
import { agentId } from "../../api/agent";
import { closeConversation, replyTo, takeConversation, type Conversation, type Handover, type Suggestion } from "../../api/support";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { texts } from "./strings";
import { waitsLong } from "./turns";

interface HandoverPanelProps {
  conversation: Conversation;
  handover: Handover | null | undefined;
  wanted: boolean; // A person is asked for, or speaks already.
  onDone(): void;
}

// What an agent needs to go on without asking again, and what may be done: take, reply, close.
export function HandoverPanel({ conversation, handover, wanted, onDone }: HandoverPanelProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const action = useAction();
  const { state, agent, waiting_seconds: seconds } = conversation;
  const reason = handover?.reason ?? conversation.reason;
  const summary = handover?.summary ?? conversation.summary;
  const take = () => action.run(() => takeConversation(conversation, agentId()).then(onDone));
  const close = () => action.run(() => closeConversation(conversation, agentId()).then(onDone));
  const title = state === "closed" ? t.closed : state === "waiting" ? t.waitsForPerson : wanted ? t.withPerson : t.withHeed;
  return (
    <div class={`handover ${state === "waiting" ? "is-waiting" : ""}`}>
      <div class="handover__head">
        <h3>{title}</h3>
        {conversation.priority === "urgent" && <span class="tag tag--bad">{t.urgent}</span>}
        {state === "waiting" && seconds != null && (
          <span class={waitsLong(seconds) ? "queue__wait is-long" : "queue__wait"}>{t.since(f.duration(seconds))}</span>
        )}
        {agent && <span class="hint">{t.takenBy(agent)}</span>}
        <span class="handover__actions">
          {(state === "waiting" || (state === "open" && !wanted)) && (
            <button class="button" type="button" disabled={action.busy} onClick={() => void take()}>
              {t.take}
            </button>
          )}
          {state !== "closed" && (
            <button class="button button--quiet" type="button" disabled={action.busy} onClick={() => void close()}>
              {t.close}
            </button>
          )}
        </span>
      </div>
      {wanted && reason && <p>{reason}</p>}
      {wanted && summary && <p class="handover__summary">{summary}</p>}
      {action.error && <Failure error={action.error} />}
      {wanted && <ReplyForm conversation={conversation} suggestions={handover?.suggestions ?? []} onDone={onDone} />}
    </div>
  );
}

interface ReplyFormProps {
  conversation: Conversation;
  suggestions: readonly Suggestion[];
  onDone(): void;
}

// A suggestion is put into the field, where it may be changed before it is sent; taking one is an outcome that training uses.
function ReplyForm({ conversation, suggestions, onDone }: ReplyFormProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const action = useAction();
  const [text, setText] = useState("");
  const [taken, setTaken] = useState<Suggestion>();
  const [sent, setSent] = useState("");
  const send = (event: Event) => {
    event.preventDefault();
    if (!text.trim() || action.busy) return;
    void action.run(async () => {
      await replyTo(conversation, { agent: agentId(), text, ...(taken ? { suggestion: taken.text } : {}) });
      setSent(taken ? t.suggestionSent : t.replySent);
      setText("");
      setTaken(undefined);
      onDone();
    });
  };
  return (
    <form class="reply" onSubmit={send}>
      {suggestions.length > 0 && (
        <ul class="suggestions" aria-label={t.suggestions}>
          {suggestions.map((one, i) => (
            <li key={i}>
              <button
                type="button"
                class="suggestion"
                aria-pressed={taken === one}
                onClick={() => {
                  setTaken(one);
                  setText(one.text);
                }}
              >
                <span>{one.text}</span>
                <span class="hint">
                  {one.from}
                  {one.score != null && ` · ${t.score(f.tick(one.score))}`}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <label class="field">
        <span class="field__label">{t.reply}</span>
        <textarea
          rows={3}
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            if (!event.currentTarget.value) setTaken(undefined);
          }}
        />
      </label>
      <div class="ask-form__foot">
        <span class="hint" role="status">
          {sent}
        </span>
        <button class="button button--main" type="submit" disabled={action.busy || !text.trim()}>
          {t.sendReply}
        </button>
      </div>
      {action.error && <Failure error={action.error} />}
    </form>
  );
}
