import type { Page, Route } from "playwright-core";

import type { FrontierPoint, Offer, PastEvent, Slate, SlateItem } from "../../src/api/recommend";
import { server } from "./browser";

// A stand-in for the application that recommends: it answers in its shapes from twelve items, so that the page can be tested on a
// server without a model of sequences. It has no model and is part of no build.

interface Item {
  id: string;
  title: string;
  click: number;
  share: number;
  kind: number; // Alike are those of one kind.
}

const kItems: Item[] = [
  ["m1", "The Long Goodbye"],
  ["m2", "漫长的告别"],
  ["m3", "Goodbye, Dragon Inn"],
  ["m4", "<b>Bold</b> Claims"],
  ["m5", "一一"],
  ["m6", "Paris, Texas"],
  ["m7", "花样年华"],
  ["m8", ""],
  ["m9", "The Third Man"],
  ["m10", "牯岭街少年杀人事件"],
  ["m11", "Stalker"],
  ["m12", "A very long title that does not fit on one line of a telephone, nor on two of them, and goes on"],
].map(([id, title], i) => ({ id: id!, title: title!, click: 0.6 - 0.04 * i, share: 0.05 + 0.03 * ((i * 5) % 12), kind: i % 3 === 0 ? 0 : i % 4 }));

export interface Asked {
  user: string;
  n: number;
  diversity: number;
  freshness: number;
  preview?: boolean;
  exploration?: number;
  goals?: Record<string, number>;
  frontier?: number[];
  session?: { item: string }[];
}

export class RecommendStandIn {
  readonly asked: Asked[] = [];
  hasModel = true;
  offer: Offer = {
    items: kItems.length,
    people: 943,
    some: ["ann", "李娜"],
    goals: [
      { goal: "click", worth: 1, fitted: true },
      { goal: "share", worth: 0, fitted: true },
      { goal: "buy", worth: 3, fitted: false },
    ],
    diversity: 0.3,
    diversity_method: "mmr",
    freshness: 0,
  };

  async serve(page: Page): Promise<void> {
    await page.route(`${server}/openapi.json`, async (route) => {
      const response = await route.fetch();
      const description = (await response.json()) as { paths: Record<string, unknown> };
      await route.fulfill({ response, json: { ...description, paths: { ...description.paths, "/v1/recommend": {} } } });
    });
    await page.route(`${server}/v1/recommend`, (route) => this.answer(route));
    await page.route(`${server}/v1/recommend/history/*`, (route) => {
      const user = decodeURIComponent(new URL(route.request().url()).pathname.split("/").at(-1)!);
      return route.fulfill({ json: { user, events: historyOf(user) } });
    });
  }

  private answer(route: Route): Promise<void> {
    if (!this.hasModel) {
      const error = { message: "recommend: expected a model of sequences, found none: no model", type: "unavailable", param: null, code: "unavailable" };
      return route.fulfill({ status: 503, json: { error } });
    }
    if (route.request().method() === "GET") return route.fulfill({ json: this.offer });
    const asked = route.request().postDataJSON() as Asked;
    this.asked.push(asked);
    return route.fulfill({ json: slateOf(asked) });
  }
}

function historyOf(user: string): PastEvent[] {
  if (user === "nobody") return [];
  const at = Date.parse("2026-03-01T10:00:00Z") * 1000;
  return Array.from({ length: 16 }, (_, i) => ({ item: `h${i}`, title: i % 2 ? `Seen before, number ${i}` : `以前看过的第 ${i} 部`, kind: i % 5 ? "view" : "buy", time_us: at + i * 3_600_000_000 }));
}

function choose({ goals = { click: 1 }, n, session = [] }: Asked, diversity: number): Item[] {
  const worth = (item: Item) => item.click * (goals["click"] ?? 0) + item.share * (goals["share"] ?? 0);
  const left = kItems.filter(({ id }) => !session.some(({ item }) => item === id));
  const chosen: Item[] = [];
  while (chosen.length < n && left.length > 0) {
    const gain = (item: Item) => (1 - diversity) * worth(item) - (diversity * chosen.filter(({ kind }) => kind === item.kind).length) / n;
    left.sort((a, b) => gain(b) - gain(a));
    chosen.push(left.shift()!);
  }
  return chosen;
}

function point(asked: Asked, diversity: number): FrontierPoint {
  const chosen = choose(asked, diversity).slice(0, 4);
  const value = chosen.reduce((sum, item) => sum + item.click, 0) / chosen.length;
  const pairs = chosen.flatMap((a, i) => chosen.slice(0, i).map((b): number => (a.kind === b.kind ? 0.1 : 0.9)));
  return { diversity, value, difference: pairs.reduce((sum, one) => sum + one, 0) / pairs.length };
}

function slateOf(asked: Asked): Slate {
  const known = asked.user !== "nobody" || (asked.session?.length ?? 0) > 0;
  const items = choose(asked, asked.diversity).map(
    (item, i): SlateItem => ({
      id: item.id,
      title: item.title,
      value: item.click * (asked.goals?.["click"] ?? 1) + item.share * (asked.goals?.["share"] ?? 0),
      source: i === 3 ? "popular" : i === 5 ? "fresh" : "attention",
      features: { attention: 4 - i, margin: -i, popularity: Math.log1p(120 + i), is_new: i === 5 ? 1 : 0, age: i === 5 ? Math.log1p(3) : 0, price: 0, affinity: 0.25, from_lists: i === 3 ? 1 : 0 },
      goals: { click: item.click, share: item.share },
      ...(known ? { words: [{ word: "goodbye", weight: 0.8 }, { word: "noir", weight: 0.3 }, { word: "告别", weight: 0.6 }], like: { item: `h${i}`, title: i % 2 ? `Seen before, number ${i}` : `以前看过的第 ${i} 部`, likeness: 0.9 - i / 20 } } : {}),
    }),
  );
  return {
    has_history: known,
    items,
    because: known ? [{ item: "h15", title: "Seen before, number 15", share: 0.52 }, { item: "h3", title: "Seen before, number 3", share: 0.21 }] : [],
    ...(asked.frontier ? { frontier: asked.frontier.map((diversity) => point(asked, diversity)) } : {}),
    model: "shop",
    version: 3,
  };
}
