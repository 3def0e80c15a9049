import { useEffect, useState } from "preact/hooks";

import { sentimentModel, wordsOf, type StreamMessage } from "../../api/monitor";
import { useResource } from "../../api/resource";
import type { AttentionWord } from "../../api/types";

const kMostKept = 500;

export interface Words {
  has: boolean; // Whether there is a model to ask.
  of(message: StreamMessage): AttentionWord[];
}

// The words that a model looks at in each of these messages; every text is asked about once.
export function useWords(messages: readonly StreamMessage[]): Words {
  const model = useResource((signal) => sentimentModel(signal), []).data ?? "";
  const [known, setKnown] = useState<ReadonlyMap<string, AttentionWord[]>>(new Map());
  const wanted = [...new Set(messages.filter(({ words, text }) => !words && !known.has(text)).map(({ text }) => text))];
  const key = JSON.stringify(model ? wanted : []);
  useEffect(() => {
    if (!model || wanted.length === 0) return;
    const abort = new AbortController();
    wordsOf(wanted, model, abort.signal).then(
      (found) => setKnown((old) => new Map([...old, ...wanted.map((text, i) => [text, found[i] ?? []] as const)].slice(-kMostKept))),
      () => undefined, // A server that is too busy to explain still shows what was said; the next messages ask again.
    );
    return () => abort.abort();
  }, [key, model]);
  return { has: model !== "" || messages.some(({ words }) => words), of: ({ text }) => known.get(text) ?? [] };
}
