import type { Alignment } from "../../api/types";

// Attention between tokenizer pieces, made readable: the word-start mark and end-of-text pieces removed, and where asked, pieces
// joined to words.

const kWordStart = "▁";
const kSpecial = /^<\/?s>$/;
const kOwnWord = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{P}\p{S}]/u; // Written without spaces, or no letter.

// What was sent to the end of the text is left out, so that a row may add up to less than 1.
export function withoutSpecials({ source, target, weights }: Alignment): Alignment {
  const columns = source.flatMap((piece, i) => (kSpecial.test(piece) ? [] : [i]));
  const rows = target.flatMap((piece, i) => (kSpecial.test(piece) ? [] : [i]));
  return {
    source: columns.map((i) => source[i]!),
    target: rows.map((i) => target[i]!),
    weights: rows.map((row) => columns.map((column) => weights[row]?.[column] ?? 0)),
  };
}

// Where each word begins among the pieces: at a mark, and on either side of characters that are words by themselves.
export function wordStarts(pieces: readonly string[]): number[] {
  const standsAlone = (piece: string) => kOwnWord.test(piece.replace(kWordStart, ""));
  return pieces.flatMap((piece, i) => {
    const before = pieces[i - 1];
    if (before === undefined || piece.startsWith(kWordStart)) return [i];
    return standsAlone(piece) || standsAlone(before) ? [i] : [];
  });
}

function joined(pieces: readonly string[], starts: readonly number[]): string[] {
  return starts.map((start, i) => pieces.slice(start, starts[i + 1]).join("").replaceAll(kWordStart, ""));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

// A word of the source received what its pieces received together; a word of the target looked as its pieces did on average.
export function asWords(alignment: Alignment): Alignment {
  const { source, target, weights } = withoutSpecials(alignment);
  const columns = wordStarts(source);
  const rows = wordStarts(target);
  const received = weights.map((row) => columns.map((start, i) => sum(row.slice(start, columns[i + 1]))));
  return withoutEmpty({
    source: joined(source, columns),
    target: joined(target, rows),
    weights: rows.map((start, i) => {
      const group = received.slice(start, rows[i + 1]);
      return columns.map((_, column) => sum(group.map((row) => row[column]!)) / group.length);
    }),
  });
}

export function asPieces(alignment: Alignment): Alignment {
  const { source, target, weights } = withoutSpecials(alignment);
  const plain = (piece: string) => piece.replace(kWordStart, "") || "␣";
  return { source: source.map(plain), target: target.map(plain), weights };
}

// A mark that stands alone before punctuation is no word.
function withoutEmpty({ source, target, weights }: Alignment): Alignment {
  return {
    source: source.filter(Boolean),
    target: target.filter(Boolean),
    weights: weights.filter((_, row) => target[row]).map((row) => row.filter((_, column) => source[column])),
  };
}

const kWorthNaming = 0.15;

// The source words that a target word looked at most, strongest first: at most three, those of at least 15 %, at least one.
export function strongestSources(source: readonly string[], row: readonly number[]): { word: string; weight: number }[] {
  const sorted = source.map((word, i) => ({ word, weight: row[i] ?? 0 })).sort((a, b) => b.weight - a.weight);
  return sorted.filter(({ weight }, i) => i === 0 || weight >= kWorthNaming).slice(0, 3);
}
