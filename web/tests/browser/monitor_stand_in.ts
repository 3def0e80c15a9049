import type { Page, Route } from "playwright-core";

import { kAll, type MonitorAlert, type QuotedMessage, type Silence, type Sources, type StreamMessage, type TrendRow, type VoiceCounts } from "../../src/api/monitor";
import { server } from "./browser";

// A stand-in for the application that watches opinion: it answers in its shapes, from made counts with a surge in them, so that
// the page can be tested on a server that watches nothing. It detects nothing and is part of no build.

const kHourMs = 3_600_000;
const kHours = 24 * 35;
const kSurge = [kHours - 40, kHours - 30] as const;
const kTopics = ["service", "价格"];
const kEntities = ["Nokia", "苹果公司"];

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z/, "Z");
}

function counts(voices: number, negative: number, positive: number): VoiceCounts {
  const mean = voices > 0 ? (positive - negative) / voices : 0;
  return {
    messages: voices + Math.floor(voices / 5),
    voices,
    negative,
    neutral: voices - negative - positive,
    positive,
    share_negative: voices > 0 ? negative / voices : 0,
    sentiment: mean,
    sentiment_interval: voices > 0 ? 1.2 / Math.sqrt(voices) : 0,
  };
}

// More by day than by night, with a little noise that is always the same.
function hourOf(hour: number, scale: number): VoiceCounts {
  const isSurge = hour >= kSurge[0] && hour < kSurge[1];
  const season = 12 + 9 * Math.sin(((hour % 24) / 24) * 2 * Math.PI - 1.6);
  const voices = Math.round(scale * (season + ((hour * 7919) % 11) / 2 + (isSurge ? 24 : 0)));
  const negative = Math.round(voices * (isSurge ? 0.62 : 0.2 + ((hour * 31) % 7) / 60));
  return counts(voices, negative, Math.round((voices - negative) * 0.5));
}

function words(text: string, strong: RegExp) {
  const found = [...text.matchAll(/\p{Script=Han}{1,2}|[\p{L}\p{N}]+/gu)];
  return found.map((match) => {
    const start = [...text.slice(0, match.index)].length;
    return { text: match[0], start, end: start + [...match[0]].length, weight: strong.test(match[0]) ? 0.4 : 0.05 };
  });
}

const kStrong = /terrible|refuse|broken|scandal|丑闻|糟糕|拒绝/;

export class MonitorStandIn {
  readonly sent: { path: string; method: string; body: unknown }[] = []; // All that changes something, in order.
  readonly latestMs: number;
  problems: string[] = [];
  isEmpty = false;
  alerts: MonitorAlert[];
  silences: Silence[] = [];
  messages: StreamMessage[] = [];

  constructor() {
    this.latestMs = Math.floor(Date.now() / kHourMs) * kHourMs + 20 * 60_000;
    this.alerts = this.makeAlerts();
    const said = ["The service is terrible and they refuse to answer", "苹果公司的客服态度糟糕，拒绝退款", "Nokia's new phone has arrived today", "价格比上周便宜了，很满意", "Nothing to see here"];
    for (let i = 0; i < 40; i++) this.say(said[i % said.length]!, i % 7 === 6);
  }

  say(text: string, isCopy = false, more: Partial<StreamMessage> = {}): void {
    const seq = this.messages.length + 1;
    const feeling = /terrible|糟糕/.test(text) ? "negative" : /满意|arrived/.test(text) ? "positive" : "neutral";
    const sentiment = { negative: -0.82, neutral: 0.03, positive: 0.64 }[feeling];
    const named = kEntities.filter((entity) => text.includes(entity));
    this.messages.unshift({
      seq,
      id: `m${seq}`,
      ts: iso(this.latestMs - (60 - seq) * 60_000),
      source: seq % 3 === 0 ? "forum.example" : "news",
      author: seq % 2 === 0 ? "Mei" : "",
      url: seq % 4 === 0 ? `https://example.org/${seq}` : "",
      text,
      topic: kTopics[seq % 2]!,
      feeling,
      sentiment,
      entities: named.map((entity) => ({ entity, feeling, sentiment })),
      fate: "counted",
      cluster: isCopy ? 1 : seq,
      is_copy: isCopy,
      words: words(text, kStrong),
      ...more,
    });
  }

  // Puts itself before the server on this page.
  async serve(page: Page): Promise<void> {
    await page.route(`${server}/openapi.json`, async (route) => {
      const response = await route.fetch();
      const description = (await response.json()) as { paths: Record<string, unknown> };
      await route.fulfill({ response, json: { ...description, paths: { ...description.paths, "/v1/monitor/trends": {} } } });
    });
    await page.route(`${server}/v1/monitor/**`, (route) => this.answer(route));
  }

  private async answer(route: Route): Promise<void> {
    const request = route.request();
    const url = new URL(request.url());
    const [what, id = "", verb] = url.pathname.split("/").slice(3).map(decodeURIComponent);
    if (request.method() !== "GET") this.sent.push({ path: [what, id, verb].filter(Boolean).join("/"), method: request.method(), body: request.postDataJSON() as unknown });
    if (what === "trends") return route.fulfill({ json: this.trends(url.searchParams) });
    if (what === "sources") return route.fulfill({ json: this.sources() });
    if (what === "messages") return route.fulfill({ json: this.list(url.searchParams) });
    if (what === "unreadable") return route.fulfill({ json: { lines: [{ stream: "file:news.ndjson", ts: iso(this.latestMs), reason: "message: field 'ts': expected a time, found 'soon'", body: '{"ts": "soon", "text": "<b>…</b>"}' }] } });
    if (what === "silences") return route.fulfill({ json: this.silence(request.method(), id, request.postDataJSON() as Partial<Silence> & { minutes: number }) });
    return this.answerAlerts(route, url.searchParams, id, verb);
  }

  private trends(query: URLSearchParams) {
    const unit = query.get("unit") === "day" ? 24 : 1;
    const time = (name: string, otherwise: number) => (query.has(name) ? Date.parse(query.get(name)!) : otherwise);
    const untilMs = time("until", this.latestMs + 1);
    const sinceMs = time("since", untilMs - 168 * unit * kHourMs);
    const parts = (name: string, all: string[]) => (query.get(name) === "" ? all : [query.get(name) ?? kAll]);
    const endHour = Math.floor(this.latestMs / kHourMs);
    const trends: TrendRow[] = [];
    for (let hour = Math.max(Math.ceil(sinceMs / kHourMs), endHour - kHours); hour <= endHour && hour * kHourMs < untilMs; hour++) {
      if (hour % unit !== 0) continue;
      for (const topic of parts("topic", kTopics))
        for (const entity of parts("entity", [kAll, ...kEntities]))
          trends.push({ begin: iso(hour * kHourMs), topic, entity, source: kAll, ...hourOf(hour - endHour + kHours, (unit * (topic === kAll ? 1 : 0.6)) / (entity === kAll ? 1 : 3)) });
    }
    return { unit: query.get("unit") ?? "hour", latest: this.isEmpty ? null : iso(this.latestMs), trends };
  }

  private sources(): Sources {
    const figures = counts(4210, 1020, 1604);
    const nothing = { messages: 0, copies: 0, late: 0, ahead: 0, duplicates: 0, unreadable: 0, suppressed: 0 };
    if (this.isEmpty) return { counts: nothing, latest: null, series: 0, watched: 0, sources: [], feeds: [], problems: this.problems };
    return {
      counts: { messages: 5052, copies: 842, late: 12, ahead: 1, duplicates: 6, unreadable: 3, suppressed: 2 },
      latest: iso(this.latestMs),
      series: 9,
      watched: 7,
      sources: ["news", "forum.example"].map((source) => ({ source, latest: iso(this.latestMs - 20 * 60_000), ...figures })),
      feeds: [
        { url: "https://example.org/news.xml", asked: iso(this.latestMs), entries: 40, failures: 0, problem: "" },
        { url: "https://example.org/gone.xml", asked: iso(this.latestMs), entries: 0, failures: 4, problem: "HTTP 404; asks again in 40 minutes" },
      ],
      problems: this.problems,
    };
  }

  private list(query: URLSearchParams) {
    const limit = Number(query.get("limit") ?? 50);
    const fits = ({ topic, entities }: StreamMessage) =>
      (!query.get("topic") || topic === query.get("topic")) && (!query.get("entity") || entities.some(({ entity }) => entity === query.get("entity")));
    return { messages: this.isEmpty ? [] : this.messages.filter(fits).slice(0, limit), after: this.messages.length };
  }

  private silence(method: string, id: string, body: (Partial<Silence> & { minutes: number }) | null): unknown {
    if (method === "GET") return { silences: this.silences };
    if (method === "DELETE") {
      this.silences = this.silences.filter((one) => one.id !== id);
      return { ended: true };
    }
    const { minutes = 60, topic = kAll, entity = kAll, event = kAll, by = "" } = body ?? {};
    const one: Silence = { id: `s${this.silences.length + 1}`, topic, entity, event, until: iso(Date.now() + minutes * 60_000), by, comment: "" };
    this.silences.push(one);
    return one;
  }

  private answerAlerts(route: Route, query: URLSearchParams, id: string, verb: string | undefined): Promise<void> {
    if (!id) {
      const state = query.get("state");
      const before = query.has("before") ? Date.parse(query.get("before")!) : Infinity;
      const fits = (one: MonitorAlert) => (state === "open" ? !one.ended : state === "unacknowledged" ? !one.acknowledged : true) && Date.parse(one.begin) < before;
      return route.fulfill({ json: { alerts: this.isEmpty ? [] : this.alerts.filter(fits), alerts_a_day: 2, thresholds: { negative_surge: 4.1, volume_burst: 4.4 }, account: 1.4 } });
    }
    const found = this.alerts.find((one) => one.id === id);
    if (!found) return route.fulfill({ status: 404, json: { error: { message: `alert: found no '${id}'`, type: "not_found", param: null, code: "not_found" } } });
    if (verb) Object.assign(found, { acknowledged: iso(Date.now()), acknowledged_by: (route.request().postDataJSON() as { by: string }).by });
    return route.fulfill({ json: found });
  }

  private makeAlerts(): MonitorAlert[] {
    const hour = (n: number) => (Math.floor(this.latestMs / kHourMs) - kHours + n) * kHourMs;
    const quote = (id: string, text: string, copies = 1): QuotedMessage => ({ id, ts: iso(hour(kSurge[0]) + 600_000), source: "forum.example", url: "https://example.org/1", text, sentiment: -0.93, copies, words: words(text, kStrong) });
    const surge: MonitorAlert = {
      id: "1700000000-00ff",
      event: "negative_surge",
      severity: "critical",
      topic: "service",
      entity: "Nokia",
      related: [{ topic: "service", entity: kAll }, { topic: kAll, entity: "Nokia" }],
      begin: iso(hour(kSurge[0])),
      end: iso(hour(kSurge[0] + 1)),
      ended: iso(hour(kSurge[1] + 2)),
      log_odds: 9.31,
      threshold: 4.1,
      messages_counted: 48,
      voices: 33,
      negative: 21,
      usual_voices: 9.4,
      usual_share: 0.214,
      sentence: {
        en: "Negative opinion of service about Nokia surges: 21 of 33 voices are negative (64 %, usually 21 %); they speak of battery, scandal, refuse; most from forum.example (14); one text was said 12 times.",
        zh: "“service”中关于“Nokia”的负面舆情激增：33 个声音中 21 个为负面（64%，平时 21%）；集中在：电池、丑闻、拒绝；主要来自 forum.example（14）；同一段文字重复了 12 次。",
      },
      words: [
        { word: "battery", messages: 14, times: 11.2 },
        { word: "丑闻", messages: 9, times: 27.5 },
        { word: "refuse", messages: 6, times: 6.1 },
      ],
      sources: [{ source: "forum.example", voices: 14 }, { source: "news", voices: 7 }],
      floods: [quote("f1", "Share this: the battery scandal <b>everybody</b> hides", 12)],
      messages: [quote("q1", "Nokia's battery is broken and they refuse to take it back"), quote("q2", "诺基亚电池丑闻，客服拒绝退款，太糟糕了", 3)],
      raised: iso(hour(kSurge[0] + 1)),
      acknowledged: null,
      acknowledged_by: "",
      silenced_by: "",
      escalated: iso(hour(kSurge[0] + 2)),
    };
    const burst: MonitorAlert = {
      ...surge,
      id: "1700000000-00aa",
      event: "volume_burst",
      severity: "warning",
      topic: "价格",
      entity: kAll,
      related: [],
      begin: iso(hour(kHours - 12)),
      end: iso(hour(kHours - 11)),
      ended: null,
      log_odds: 4.4,
      sentence: { en: "Much is said of 价格: 41 voices where 12.0 are usual (3.4 times); most from news (30).", zh: "“价格”的讨论量激增：41 个声音，平时约 12.0 个（3.4 倍）；主要来自 news（30）。" },
      words: [],
      floods: [],
      escalated: null,
    };
    return [burst, surge];
  }
}
