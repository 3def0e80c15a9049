import { useEffect, useRef, useState } from "preact/hooks";

import type { ActionState } from "../../api/action";
import type { Turn } from "../../api/support";
import { useFormats, useLanguage, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { quotes } from "./annotate";
import { examples, kAskForPerson } from "./examples";
import { texts } from "./strings";

interface ChatProps {
  turns: readonly Turn[];
  selected: string; // The decision that the agent's view shows.
  onSelect(decision: string): void;
  asking: ActionState;
  // Asks as the customer; undefined where the conversation is somebody else's, or closed.
  onAsk: ((text: string, urgent: boolean) => Promise<boolean>) | undefined;
  note: string; // In place of the field, where nothing can be asked.
  onNew: (() => void) | undefined;
  dropped: number; // Earlier turns that are not kept.
}

// The customer's side: what was said, and a field to go on.
export function Chat({ turns, selected, onSelect, asking, onAsk, note, onNew, dropped }: ChatProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const thread = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const box = thread.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, [turns.length, asking.busy]);
  // Who opens a conversation goes on in it.
  useEffect(() => {
    if (!onAsk) heading.current?.focus();
  }, []);
  return (
    <section class="chat" aria-labelledby="chat-title">
      <div class="chat__head">
        <h2 id="chat-title" ref={heading} tabIndex={-1}>
          {t.customer}
        </h2>
        {onNew && (
          <button class="button button--quiet" type="button" onClick={onNew}>
            {t.newChat}
          </button>
        )}
      </div>
      <div class="chat__thread" ref={thread} role="log" aria-label={t.thread} tabIndex={0}>
        {turns.length === 0 && !onAsk && <p class="hint">{t.loading}</p>}
        {turns.length === 0 && onAsk && !asking.busy && <Beginning onAsk={(text) => void onAsk(text, false)} />}
        {dropped > 0 && <p class="hint">{t.dropped(f.integer(dropped))}</p>}
        {turns.map((turn, i) => (
          <Bubble key={i} turn={turn} isSelected={selected !== "" && turn.decision_id === selected} onSelect={onSelect} />
        ))}
        {asking.busy && <p class="hint">{t.answering}</p>}
      </div>
      {asking.error && <Failure error={asking.error} />}
      {onAsk ? <AskForm onAsk={onAsk} busy={asking.busy} /> : <p class="hint chat__note">{note}</p>}
    </section>
  );
}

function Beginning({ onAsk }: { onAsk(text: string): void }) {
  const t = useTexts(texts);
  return (
    <div class="beginning">
      <p class="hint">{t.beginChat}</p>
      {examples.map((example) => (
        <button key={example} type="button" class="button" onClick={() => onAsk(example)}>
          {example}
        </button>
      ))}
    </div>
  );
}

interface BubbleProps {
  turn: Turn;
  isSelected: boolean;
  onSelect(decision: string): void;
}

function Bubble({ turn, isSelected, onSelect }: BubbleProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const { from, text, decision_id: decision, action, passages = [], citations = [] } = turn;
  return (
    <div class={`bubble bubble--${from} ${isSelected ? "is-selected" : ""}`}>
      <p class="bubble__from">
        {from === "agent" ? turn.agent || t.person : t[from]} <span>{f.dateTime(turn.ts / 1000)}</span>
      </p>
      <p class="bubble__text">
        {from === "heed" && citations.length > 0
          ? quotes(text, passages, citations).map((part, i) => (
              <span key={i}>
                {part.text}
                {part.number && <sup class="bubble__number">[{part.number}]</sup>}
              </span>
            ))
          : text}
      </p>
      {from === "heed" && decision && (
        <button type="button" class="bubble__why" aria-pressed={isSelected} onClick={() => onSelect(decision)}>
          {action ? t[action] : t.why}
        </button>
      )}
    </div>
  );
}

interface AskFormProps {
  onAsk(text: string, urgent: boolean): Promise<boolean>;
  busy: boolean;
}

function AskForm({ onAsk, busy }: AskFormProps) {
  const t = useTexts(texts);
  const language = useLanguage();
  const [text, setText] = useState("");
  const [urgent, setUrgent] = useState(false);
  const send = async (words: string) => {
    if (!words.trim() || busy) return;
    if (words === text) setText("");
    if (!(await onAsk(words, urgent))) setText((now) => now || words); // So that it can be sent again.
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter also ends the choice of a Chinese character: then it sends nothing.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send(text);
  };
  return (
    <form
      class="ask-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send(text);
      }}
    >
      <label class="field">
        <span class="field__label">{t.yourMessage}</span>
        <textarea rows={2} value={text} placeholder={t.askPlaceholder} onInput={(event) => setText(event.currentTarget.value)} onKeyDown={onKeyDown} />
      </label>
      <div class="ask-form__foot">
        <label class="check">
          <input type="checkbox" checked={urgent} onChange={(event) => setUrgent(event.currentTarget.checked)} />
          <span>{t.urgent}</span>
        </label>
        <button class="button button--quiet" type="button" disabled={busy} onClick={() => void send(kAskForPerson[language])}>
          {t.askForPerson}
        </button>
        <button class="button button--main" type="submit" disabled={busy || !text.trim()}>
          {t.send}
        </button>
      </div>
    </form>
  );
}
