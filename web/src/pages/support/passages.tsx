import type { Citation, Passage } from "../../api/support";
import { useFormats, useTexts } from "../../i18n/language";
import { highlight } from "../../ui/highlight";
import { isCited } from "./annotate";
import { texts } from "./strings";

interface PassagesProps {
  passages: readonly Passage[];
  citations: readonly Citation[];
}

// What was found, sentences marked by the attention that they received from the question; those that the answer repeats are
// underlined. The first, and those that were cited, stand open.
export function Passages({ passages, citations }: PassagesProps) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <ol class="passages">
      {passages.map((passage, i) => (
        <li key={passage.id}>
          <details open={i === 0 || citations.some((one) => one.passage === passage.id)}>
            <summary>
              <span class="passages__number">[{i + 1}]</span> <strong>{passage.title || passage.id}</strong>
              <span class="hint">
                {passage.source && ` ${passage.source}`}
                {passage.score != null && ` · ${t.score(f.tick(passage.score))}`}
              </span>
            </summary>
            <p class="marked passages__text">
              {highlight(passage.text, passage.sentences ?? [], "weight").map((stretch, at) =>
                stretch.word ? (
                  <mark
                    key={at}
                    class={isCited(passage, stretch.word.start, stretch.word.end, citations) ? "is-cited" : undefined}
                    style={{ "--weight": stretch.strength }}
                    title={f.percent(stretch.word.weight)}
                  >
                    {stretch.text}
                  </mark>
                ) : (
                  stretch.text
                ),
              )}
            </p>
          </details>
        </li>
      ))}
    </ol>
  );
}
