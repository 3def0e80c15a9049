import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import type { ClassifyReply, HeadAnswer } from "../../api/types";
import { useFormats, useTexts } from "../../i18n/language";
import { Bar } from "../../ui/bar";
import { Failure } from "../../ui/failure";
import { strongestWords, type MarkedBy } from "../../ui/highlight";
import { Marked } from "../../ui/marked";
import { Segmented } from "../../ui/segmented";
import { Table } from "../../ui/table";
import { classify } from "./ask";
import { Progress } from "./progress";
import { texts } from "./strings";
import { useAnswer } from "./use_answer";

const kWordsListed = 8;

export function Classification({ text, model, field }: { text: string; model: string; field: ComponentChildren }) {
  const t = useTexts(texts);
  const answer = useAnswer(text, model, (signal) => classify(text, model, signal));
  const heads = headAnswers(answer.answer);
  return (
    <>
      <div class="trial">
        {field}
        <section class="answer">
          <h2 class="field__label">{t.answer}</h2>
          <Announcement heads={heads} asking={answer.asking} />
          <div class="answer__panel">
            <div class={answer.asking ? "is-old" : ""}>
              {heads.map(([name, head]) => (
                <Labels key={name} name={heads.length > 1 ? name : ""} head={head} />
              ))}
              {heads.length === 0 && !answer.error && <p class="hint">{t.waitingForText}</p>}
            </div>
            {answer.error && <Failure error={answer.error} retries />}
            <Progress {...answer} />
          </div>
        </section>
      </div>
      {heads.map(([name, head]) => (
        <Reason key={name} name={heads.length > 1 ? name : ""} head={head} text={answer.text ?? ""} />
      ))}
    </>
  );
}

// A model of one head answers at the top level; one of several under their names.
function headAnswers(reply: ClassifyReply | undefined): [name: string, answer: HeadAnswer][] {
  const result = reply?.results[0];
  if (!result) return [];
  const heads = Object.entries(result.heads ?? {});
  return heads.length > 0 ? heads : [["", result]];
}

// One sentence for screen readers, instead of every bar.
function Announcement({ heads, asking }: { heads: [string, HeadAnswer][]; asking: boolean }) {
  const t = useTexts(texts);
  const f = useFormats();
  const said = heads.flatMap(([, { label, probability }]) => (label ? [t.announce(label, f.percent(probability))] : []));
  return (
    <p class="visually-hidden" role="status">
      {asking ? "" : said.join(" ")}
    </p>
  );
}

function Labels({ name, head }: { name: string; head: HeadAnswer }) {
  const t = useTexts(texts);
  const f = useFormats();
  const { label, probability } = head;
  const labels = head.labels?.length ? head.labels : label ? [{ label, probability: probability ?? 0 }] : [];
  return (
    <>
      {name && <h3>{name}</h3>}
      {labels.length === 0 && <p class="hint">{t.noLabel}</p>}
      <ol class="labels">
        {labels.map((one) => (
          <li key={one.label}>
            <span class="labels__name">{one.label}</span>
            <Bar share={one.probability} />
            <span class="labels__share">{f.percent(one.probability)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

function Reason({ name, head, text }: { name: string; head: HeadAnswer; text: string }) {
  const t = useTexts(texts);
  const f = useFormats();
  const [wanted, setWanted] = useState<MarkedBy>("weight");
  const words = head.attention?.words ?? [];
  if (words.length === 0) return null;
  const hasVotes = words.some(({ vote }) => vote != null);
  const by = hasVotes ? wanted : "weight";
  const title = name ? `${t.why}: ${name}` : t.why;
  return (
    <section class="section">
      <h2>{title}</h2>
      <p class="lede">{by === "weight" ? t.whyAttention : t.whyVotes}</p>
      {hasVotes && (
        <Segmented
          name={`by ${name}`}
          label={t.by}
          value={by}
          options={[
            { value: "weight", text: t.weight },
            { value: "vote", text: t.votes },
          ]}
          onChange={(value) => setWanted(value)}
        />
      )}
      <div class="reason">
        <p class="marked">
          <Marked text={text} words={words} by={by} />
        </p>
        <Table
          label={title}
          rows={strongestWords(words, by, kWordsListed)}
          rowKey={(word) => `${word.start}`}
          columns={[
            { title: t.word, cell: (word) => word.text.trim() || "␣" },
            { title: t.weight, number: true, cell: (word) => f.percent(word.weight) },
            ...(hasVotes ? [{ title: t.vote, number: true, cell: (word: (typeof words)[number]) => f.signed(word.vote) }] : []),
          ]}
        />
      </div>
    </section>
  );
}
