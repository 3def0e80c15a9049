import type { AttentionWord } from "../api/types";

export type MarkedBy = "weight" | "vote";

// A stretch of the text; strength in 0..1 says how strongly it is marked, a negative one that it speaks against the label.
export interface Stretch {
  text: string;
  word?: AttentionWord;
  strength: number;
}

// The whole text in order, cut where words begin and end. Strengths are relative to the strongest word; attention's are squared,
// because a model that pools over many words gives all of them some. Words that overlap or lie outside are left out.
export function highlight(text: string, words: readonly AttentionWord[], by: MarkedBy): Stretch[] {
  const characters = [...text]; // Offsets count Unicode code points.
  const strongest = Math.max(...words.map((word) => Math.abs(word[by] ?? 0)), Number.MIN_VALUE);
  const stretches: Stretch[] = [];
  const cut = (from: number, to: number) => characters.slice(from, to).join("");
  let at = 0;
  for (const word of [...words].sort((a, b) => a.start - b.start)) {
    if (word.start < at || word.end <= word.start || word.end > characters.length) continue;
    if (word.start > at) stretches.push({ text: cut(at, word.start), strength: 0 });
    const share = (word[by] ?? 0) / strongest;
    stretches.push({ text: cut(word.start, word.end), word, strength: by === "weight" ? share * share : share });
    at = word.end;
  }
  if (at < characters.length) stretches.push({ text: cut(at, characters.length), strength: 0 });
  return stretches;
}

export function strongestWords(words: readonly AttentionWord[], by: MarkedBy, most: number): AttentionWord[] {
  return [...words].sort((a, b) => Math.abs(b[by] ?? 0) - Math.abs(a[by] ?? 0)).slice(0, most);
}
