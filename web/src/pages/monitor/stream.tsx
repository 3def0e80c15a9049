import { useState } from "preact/hooks";

import { kAll, readMessages, type StreamMessage } from "../../api/monitor";
import { usePolled } from "../../api/polled";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { Marked } from "../../ui/marked";
import type { View } from "./address";
import { groupFloods, type Voice } from "./floods";
import { texts } from "./strings";
import { useWords } from "./use_words";
import { WebLink } from "./web_link";

const kEveryMs = 2000;
const kMessages = 60;
const kShownVoices = 20;

// What was said last. It can be held, so that it can be read.
export function Stream({ view: { topic, entity } }: { view: View }) {
  const t = useTexts(texts);
  const f = useFormats();
  const [held, setHeld] = useState<readonly StreamMessage[]>();
  const live = usePolled((signal) => readMessages({ topic, entity, limit: kMessages }, signal), [topic, entity], kEveryMs);
  const newest = live.data?.messages;
  const voices = groupFloods(held ?? newest ?? []).slice(0, kShownVoices);
  const words = useWords(voices.map(({ message }) => message));
  const last = held?.[0]?.seq ?? 0;
  const waiting = held ? (newest?.filter(({ seq }) => seq > last).length ?? 0) : 0;
  return (
    <section class="section stream" aria-labelledby="stream-title">
      <div class="monitor-head">
        <h2 id="stream-title">{t.stream}</h2>
        <button class="button" type="button" aria-pressed={held !== undefined} disabled={!newest?.length} onClick={() => setHeld(held ? undefined : newest)}>
          {held ? t.go : t.stop}
        </button>
        <span class="hint">{held ? t.held(waiting === kMessages ? `${kMessages}+` : f.integer(waiting)) : words.has ? t.streamNote : t.streamPlain}</span>
      </div>
      {live.error && live.error.status !== 0 && <Failure error={live.error} onRetry={live.reload} retries />}
      {newest?.length === 0 && <p class="hint">{t.noMessages}</p>}
      <ol class="messages">
        {voices.map((voice) => (
          <Line key={voice.message.seq} voice={voice} words={voice.message.words ?? words.of(voice.message)} />
        ))}
      </ol>
    </section>
  );
}

const kTones = { negative: "tag--bad", neutral: "", positive: "tag--good" } as const;

function Line({ voice: { message, copies, sources }, words }: { voice: Voice; words: NonNullable<StreamMessage["words"]> }) {
  const t = useTexts(texts);
  const f = useFormats();
  const { feeling, topic, entities, fate, author, url } = message;
  return (
    <li class={`message message--${feeling}`}>
      <p class="marked message__text">
        <Marked text={message.text} words={words} />
      </p>
      <p class="message__facts">
        <span class={`tag ${kTones[feeling]}`}>
          {t[feeling]} {f.signed(message.sentiment)}
        </span>
        {topic && topic !== kAll && <span class="tag">{topic}</span>}
        {entities.map((one) => (
          <span key={one.entity} class={`tag ${kTones[one.feeling]}`}>
            {one.entity} {f.signed(one.sentiment)}
          </span>
        ))}
        {copies > 1 && <span class="tag tag--warn">{t.copies(f.integer(copies))}</span>}
        {fate !== "counted" && <span class="tag tag--warn">{t[fate]}</span>}
        <span class="hint">
          {[f.dateTime(Date.parse(message.ts)), sources.join(", "), author].filter(Boolean).join(" · ")}
          <WebLink url={url} />
        </span>
      </p>
    </li>
  );
}
