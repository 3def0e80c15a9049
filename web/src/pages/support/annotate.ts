import type { Citation, Entity, Passage } from "../../api/support";
import type { AttentionWord } from "../../api/types";
import { highlight } from "../../ui/highlight";

// A stretch of a message: how much attention it received, and which entity it belongs to.
export interface Piece {
  text: string;
  strength: number; // 0..1, as `highlight` has it.
  weight?: number; // Of its word.
}

export interface Span {
  entity: Entity | undefined;
  pieces: Piece[];
}

// The whole text in order, grouped by entities; those that overlap or lie outside are left out.
export function annotate(text: string, words: readonly AttentionWord[], entities: readonly Entity[]): Span[] {
  const known = withoutOverlaps(entities, [...text].length);
  const spans: Span[] = [];
  let at = 0;
  for (const stretch of highlight(text, words, "weight")) {
    const characters = [...stretch.text];
    let from = 0;
    while (from < characters.length) {
      const here = at + from;
      const entity = known.find(({ start, end }) => start <= here && here < end);
      const next = entity ? entity.end : Math.min(...known.map(({ start }) => start).filter((start) => start > here), Infinity);
      const to = Math.min(next - at, characters.length);
      const piece = { text: characters.slice(from, to).join(""), strength: stretch.strength, ...(stretch.word ? { weight: stretch.word.weight } : {}) };
      const last = spans.at(-1);
      if (last && last.entity === entity) last.pieces.push(piece);
      else spans.push({ entity, pieces: [piece] });
      from = to;
    }
    at += characters.length;
  }
  return spans;
}

function withoutOverlaps(entities: readonly Entity[], length: number): Entity[] {
  const kept: Entity[] = [];
  for (const entity of [...entities].sort((a, b) => a.start - b.start)) {
    if (entity.start < (kept.at(-1)?.end ?? 0) || entity.end <= entity.start || entity.end > length) continue;
    kept.push(entity);
  }
  return kept;
}

// Passages are numbered from 1, in the order of their list.
export function numberOf(passages: readonly Passage[], { passage }: Citation): number {
  return passages.findIndex(({ id }) => id === passage) + 1;
}

export interface Quote {
  text: string;
  number?: number; // Of the passage that the text before it repeats.
}

// An answer with the number of its passage behind each stretch that repeats one. A citation that names no passage, or whose
// words the answer does not have, is left out.
export function quotes(answer: string, passages: readonly Passage[], citations: readonly Citation[]): Quote[] {
  const found: { end: number; number: number }[] = [];
  for (const citation of citations) {
    const number = numberOf(passages, citation);
    const passage = passages[number - 1];
    if (!passage) continue;
    const words = [...passage.text].slice(citation.start, citation.end).join("").trim();
    const at = words ? answer.indexOf(words) : -1;
    if (at >= 0) found.push({ end: at + words.length, number });
  }
  found.sort((a, b) => a.end - b.end);
  let from = 0;
  const parts: Quote[] = found.map(({ end, number }) => {
    const text = answer.slice(from, end);
    from = end;
    return { text, number };
  });
  return from < answer.length ? [...parts, { text: answer.slice(from) }] : parts;
}

export function isCited(passage: Passage, start: number, end: number, citations: readonly Citation[]): boolean {
  return citations.some((one) => one.passage === passage.id && one.start < end && start < one.end);
}
