import type { AttentionWord } from "../api/types";
import { useFormats } from "../i18n/language";
import { highlight, type MarkedBy } from "./highlight";

// A text with its words marked by attention, or by their votes; a pointer over a word shows its figure.
export function Marked({ text, words, by = "weight" }: { text: string; words: readonly AttentionWord[]; by?: MarkedBy }) {
  const f = useFormats();
  return (
    <>
      {highlight(text, words, by).map((stretch, i) =>
        stretch.word ? (
          <mark
            key={i}
            class={stretch.strength < 0 ? "is-against" : undefined}
            style={{ "--weight": Math.abs(stretch.strength) }}
            title={by === "weight" ? f.percent(stretch.word.weight) : f.signed(stretch.word.vote)}
          >
            {stretch.text}
          </mark>
        ) : (
          stretch.text
        ),
      )}
    </>
  );
}
