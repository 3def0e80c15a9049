import type { Page, Route } from "playwright-core";

import type { Digest, Story } from "../../src/api/digest";
import { server } from "./browser";

// A stand-in for the application that makes digests: it fills minutes from ten stories, in order, so that the page can be tested on a
// server that reads no feeds. It chooses nothing by worth and is part of no build.

const kTitles = [
  "<img src=x onerror=alert(1)> Harbour bridge closes <b>for a month</b>",
  "老城停水三天，供水公司致歉",
  "A long headline that does not fit on one line of a telephone, and goes on for as long as the people who write headlines let it",
  "Central bank holds its rate",
  "新地铁线路开通试运行",
  "A saved essay on attention",
  "How to read less and know more",
  "电池新规明年生效",
  "Match report: a draw",
  "An hour of everything",
];

function story(i: number): Story {
  const title = kTitles[i]!;
  const reason = i === 1 ? "must" : i === 5 ? "kept" : i === 6 ? "unexpected" : "chosen";
  const chinese = /\p{Script=Han}/u.test(title);
  return {
    id: `s${i}`,
    title,
    url: i === 3 ? "javascript:alert(1)" : `https://news.example/${i}`,
    ts: "2026-11-26T07:30:00Z",
    minutes: i === 9 ? 55 : 2 + (i % 4) * 1.5,
    sources: Array.from({ length: i === 0 ? 3 : 1 }, (_, k) => ({ source: `https://feed${k}.example/rss`, url: k === 1 ? "" : `https://feed${k}.example/${i}` })),
    why: { en: `worth 0.${70 - i} to you (bridge +0.21, harbour +0.08); takes 0.12 (3.5 minutes at 0.034)`, zh: `对您的价值0.${70 - i}（大桥 +0.21）；代价0.12（3.5分钟，每分钟0.034）` },
    summary: chinese ? "供水公司表示，管道将在周五前修复。<script>alert(2)</script>" : "The bridge is closed from Monday on. <script>alert(2)</script> Ferries run every ten minutes.",
    reason,
    subject: chinese ? "供水" : "bridge",
  };
}

export interface Told {
  item: string;
  kind: string;
  reader: string;
  digest?: string;
  title?: string;
}

export interface Asked {
  reader: string;
  minutes: number;
  kept: boolean;
  preview: boolean;
  topics?: string[];
}

export class DigestStandIn {
  readonly asked: Asked[] = [];
  readonly told: Told[] = [];
  stories = kTitles.map((_, i) => story(i));
  notices: string[] = [];
  forgets = false; // What it offered.

  async serve(page: Page): Promise<void> {
    await page.route(`${server}/openapi.json`, async (route) => {
      const response = await route.fetch();
      const description = (await response.json()) as { paths: Record<string, unknown> };
      await route.fulfill({ response, json: { ...description, paths: { ...description.paths, "/v1/digest": {} } } });
    });
    await page.route(`${server}/v1/digest`, (route) => this.answer(route));
    await page.route(`${server}/v1/digest/feeds`, (route) => {
      const asked = "2026-11-26T08:00:00Z";
      const feeds = [
        { url: "https://feed0.example/rss", asked, entries: 9, failures: 0, problem: "" },
        { url: "https://feed9.example/a-feed-whose-address-is-longer-than-a-telephone-is-wide.xml", asked, entries: 0, failures: 3, problem: "expected a feed, found a page (HTML)" },
      ];
      return route.fulfill({ json: { items: 12, feeds: this.stories.length > 0 ? feeds : [] } });
    });
    await page.route(`${server}/v1/digest/feedback`, (route) => {
      const told = route.request().postDataJSON() as Told;
      this.told.push(told);
      if (this.forgets && !told.title) {
        return route.fulfill({ status: 404, json: { error: { message: "item: no feed has it", type: "not_found", param: null, code: "not_found" } } });
      }
      return route.fulfill({ json: { accepted: true } });
    });
  }

  private answer(route: Route): Promise<void> {
    const asked = route.request().postDataJSON() as Asked;
    this.asked.push(asked);
    const chosen: Story[] = [];
    let used = 0;
    for (const one of this.stories) {
      if (used + one.minutes > asked.minutes) continue;
      used += one.minutes;
      chosen.push(one);
    }
    const digest: Digest = {
      digest: asked.preview ? "" : "d1",
      minutes: asked.minutes,
      used,
      minute_price: 0.034,
      stories: chosen,
      left_out: this.stories
        .filter((one) => !chosen.includes(one))
        .map(({ summary: _, reason: __, subject: ___, ...one }) => ({ ...one, why: { en: "worth 0.31 to you; would have cost 0.40 (11.0 minutes at 0.034)", zh: "对您的价值0.31；代价0.40" } })),
      offered: { stories: this.stories.length, items: this.stories.length + 2 },
      notices: this.notices,
    };
    return route.fulfill({ json: digest });
  }
}
