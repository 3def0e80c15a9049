import { request } from "./client";

// What the application that recommends answers: docs/http.md.

export interface Goal {
  goal: string;
  worth: number; // If none is asked for.
  fitted: boolean; // Else its worth changes nothing.
}

export type DiversityMethod = "mmr" | "dpp";

export interface Offer {
  items: number;
  people: number;
  some: string[]; // Ids of some of them.
  goals: Goal[];
  diversity: number;
  diversity_method: DiversityMethod;
  freshness: number;
}

export interface PastEvent {
  item: string;
  title: string;
  kind: string;
  time_us?: number; // UTC.
}

export type ItemSource = "attention" | "popular" | "fresh" | "asked";

// What the ranker saw of an item: logarithms where the server takes them.
export interface Features {
  attention: number;
  margin: number;
  popularity: number; // log(1 + people)
  is_new: number;
  age: number; // log(1 + days); 0: not known
  price: number; // log(1 + price); 0: not known
  affinity: number; // 0..1
  from_lists: number;
}

export interface SlateItem {
  id: string;
  title: string;
  value: number;
  source: ItemSource;
  features: Features;
  goals: Record<string, number>; // Probabilities.
  words?: { word: string; weight: number }[];
  like?: { item: string; title: string; likeness: number };
}

export interface FrontierPoint {
  diversity: number;
  value: number; // Of a place, the mean.
  difference: number; // 1 - cosine, the mean over pairs.
}

export interface Slate {
  has_history: boolean;
  items: SlateItem[];
  because: { item: string; title: string; share: number }[];
  frontier?: FrontierPoint[];
  model: string;
  version: number;
}

// What a person at the page moves.
export interface Wishes {
  diversity: number;
  method: DiversityMethod;
  freshness: number;
  goals: Record<string, number>; // Worths; of fitted goals alone.
}

export const readOffer = (signal: AbortSignal) => request<Offer>("v1/recommend", { signal });

export const readHistory = (user: string, signal: AbortSignal) => request<{ events: PastEvent[] }>(`v1/recommend/history/${encodeURIComponent(user)}`, { signal });

export interface PreviewQuery {
  user: string;
  wishes: Wishes;
  places: number;
  frontier: number[];
  session: string[]; // Items that are supposed to be taken, in order.
}

// What would be shown: the server neither logs it nor takes it as shown, and tries nothing out.
export function previewSlate({ user, wishes, places, frontier, session }: PreviewQuery, signal: AbortSignal): Promise<Slate> {
  const { diversity, method, freshness, goals } = wishes;
  const body = {
    user,
    n: places,
    preview: true,
    explain: true,
    exploration: 0,
    diversity,
    diversity_method: method,
    freshness,
    ...(Object.keys(goals).length > 0 ? { goals } : {}),
    ...(frontier.length > 0 ? { frontier } : {}),
    ...(session.length > 0 ? { session: session.map((item) => ({ item, kind: "click" })) } : {}),
  };
  return request("v1/recommend", { body, signal });
}
