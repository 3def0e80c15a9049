import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { Segmented } from "../../ui/segmented";
import { asPieces, asWords } from "./alignment";
import { translate, type TranslatedLine } from "./ask";
import { Attention } from "./attention";
import { Progress } from "./progress";
import { texts } from "./strings";
import { useAnswer } from "./use_answer";

export function TranslationView({ text, model, field }: { text: string; model: string; field: ComponentChildren }) {
  const t = useTexts(texts);
  const answer = useAnswer(text, model, (signal) => translate(text, model, signal));
  const lines = answer.answer ?? [];
  return (
    <>
      <div class="trial">
        {field}
        <section class="answer">
          <h2 class="field__label">{t.translation}</h2>
          <div class="answer__panel">
            <div aria-live="polite" class={`translation ${answer.asking ? "is-old" : ""}`}>
              {lines.map(({ text: line }, i) => (
                <p key={i}>{line || "\u00a0"}</p>
              ))}
              {lines.length === 0 && !answer.error && <p class="hint">{t.waitingForText}</p>}
            </div>
            <Alternatives lines={lines} />
            {answer.error && <Failure error={answer.error} retries />}
            <Progress {...answer} />
          </div>
        </section>
      </div>
      <Explanation lines={lines} />
    </>
  );
}

function Alternatives({ lines }: { lines: readonly TranslatedLine[] }) {
  const t = useTexts(texts);
  const alternatives = lines.length === 1 ? lines[0]!.alternatives : []; // Of many lines they would be a wall of text.
  if (alternatives.length === 0) return null;
  return (
    <div class="alternatives">
      <h3 class="hint">{t.alternatives}</h3>
      <ul>
        {alternatives.map((other) => (
          <li key={other}>{other}</li>
        ))}
      </ul>
    </div>
  );
}

function Explanation({ lines }: { lines: readonly TranslatedLine[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  const [wanted, setWanted] = useState(0);
  const [units, setUnits] = useState<"words" | "pieces">("words");
  const explained = lines.filter(({ attention }) => attention && attention.target.length > 0);
  const line = explained[Math.min(wanted, explained.length - 1)];
  if (!line?.attention) return null;
  const alignment = (units === "words" ? asWords : asPieces)(line.attention);
  const count = f.integer(explained.length);
  return (
    <section class="section">
      <h2>{t.attention}</h2>
      <p class="lede">{t.attentionWhy}</p>
      <div class="row attention-choices">
        <Segmented
          name="units"
          label={t.units}
          value={units}
          options={[
            { value: "words", text: t.words },
            { value: "pieces", text: t.pieces },
          ]}
          onChange={(value) => setUnits(value)}
        />
        {explained.length > 1 && (
          <select aria-label={t.line} class="line-choice" value={String(explained.indexOf(line))} onChange={(event) => setWanted(Number(event.currentTarget.value))}>
            {explained.map(({ source }, i) => (
              <option key={i} value={String(i)}>
                {t.lineOf(f.integer(i + 1), count)}: {source}
              </option>
            ))}
          </select>
        )}
      </div>
      <Attention key={`${line.text} ${units}`} alignment={alignment} />
    </section>
  );
}
