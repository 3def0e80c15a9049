import type { FrontierPoint, Offer, SlateItem, Wishes } from "../../api/recommend";
import type { AttentionWord } from "../../api/types";
import type { Point } from "../../ui/chart_options";

export const kDiversities = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

export function wishesOf(offer: Offer): Wishes {
  return {
    diversity: offer.diversity,
    method: offer.diversity_method,
    freshness: offer.freshness,
    goals: Object.fromEntries(offer.goals.filter(({ fitted }) => fitted).map(({ goal, worth }) => [goal, worth])),
  };
}

export function sameWishes(a: Wishes, b: Wishes): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

// The frontier with the present diversity among its points.
export function diversitiesWith(diversity: number): number[] {
  return [...new Set([...kDiversities, diversity])].sort((a, b) => a - b);
}

// Places that each item rose (above 0) or fell since `before`; null of one that was not there.
export function moves(items: readonly SlateItem[], before: readonly SlateItem[]): (number | null)[] {
  const places = new Map(before.map(({ id }, place) => [id, place]));
  return items.map(({ id }, place) => {
    const was = places.get(id);
    return was === undefined ? null : was - place;
  });
}

// Worth against difference, ascending, as a line is drawn; and where the slate stands on it.
export function frontierCurve(points: readonly FrontierPoint[], diversity: number): { curve: Point[]; now: Point[] } {
  const at = (point: FrontierPoint): Point => [point.difference, point.value];
  const curve = points.map(at).sort(([a], [b]) => a - b);
  return { curve, now: points.filter((point) => point.diversity === diversity).map(at) };
}

// Where the words stand in the text, whatever their case, as marks; those that it has not are left out.
export function wordMarks(text: string, words: readonly { word: string; weight: number }[]): AttentionWord[] {
  const characters = [...text];
  const lower = characters.map((one) => one.toLowerCase());
  return words.flatMap(({ word, weight }) => {
    const wanted = [...word].map((one) => one.toLowerCase());
    const isLetter = (one: string | undefined) => one !== undefined && /[\p{Script=Latin}\p{N}]/u.test(one);
    if (wanted.length === 0) return [];
    for (let start = 0; start + wanted.length <= lower.length; start++) {
      const end = start + wanted.length;
      const fits = wanted.every((one, i) => one === lower[start + i]);
      const isWhole = !(isLetter(lower[start - 1]) && isLetter(wanted[0])) && !(isLetter(lower[end]) && isLetter(wanted.at(-1)));
      if (fits && isWhole) return [{ text: characters.slice(start, end).join(""), start, end, weight }];
    }
    return [];
  });
}

// The other way round of what the server's logarithms say.
export const counted = (logarithm: number): number => Math.round(Math.expm1(logarithm));
