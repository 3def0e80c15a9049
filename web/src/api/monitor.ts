import { request } from "./client";
import type { AttentionWord, ClassifyReply, Model } from "./types";

// What the application that watches opinion answers. Moments are texts, "2020-03-09T14:00:00Z"; "*" is any topic, entity or source.

export const kAll = "*";

export const kUnits = ["minute", "hour", "day"] as const;
export type Unit = (typeof kUnits)[number];
export type Feeling = "negative" | "neutral" | "positive";

// Copies of a text are messages, and one voice.
export interface VoiceCounts {
  messages: number;
  voices: number;
  negative: number;
  neutral: number;
  positive: number;
  share_negative: number;
  sentiment: number; // -1 to 1.
  sentiment_interval: number; // Half of it, 95 %.
}

export interface SeriesName {
  topic: string;
  entity: string;
}

export interface TrendRow extends SeriesName, VoiceCounts {
  begin: string;
  source: string;
}

export interface Trends {
  latest: string | null; // Of all messages.
  trends: TrendRow[]; // Ascending in time; buckets without a message are not there.
}

export type AlertEvent = "negative_surge" | "volume_burst" | "new_story";
export type Severity = "warning" | "high" | "critical";

export interface QuotedMessage {
  id: string;
  ts: string;
  source: string;
  url: string;
  text: string;
  sentiment: number;
  copies: number;
  words: AttentionWord[];
}

export interface MonitorAlert extends SeriesName {
  id: string;
  event: AlertEvent;
  severity: Severity;
  related: SeriesName[];
  begin: string;
  end: string;
  ended: string | null;
  log_odds: number;
  threshold: number;
  messages_counted: number;
  voices: number;
  negative: number;
  usual_voices: number;
  usual_share: number;
  sentence: { en: string; zh: string };
  words: { word: string; messages: number; times: number }[];
  sources: { source: string; voices: number }[];
  floods: QuotedMessage[];
  messages: QuotedMessage[];
  raised: string;
  acknowledged: string | null;
  acknowledged_by: string;
  silenced_by: string; // Id of a silence, or "".
  escalated: string | null;
}

export interface Alerts {
  alerts: MonitorAlert[];
  alerts_a_day: number;
  account: number;
}

export type AlertState = "unacknowledged" | "open" | "";

export interface Silence extends SeriesName {
  id: string;
  event: string;
  until: string;
  by: string;
  comment: string;
}

export interface StreamMessage {
  seq: number;
  id: string;
  ts: string;
  source: string;
  author: string;
  url: string;
  text: string;
  topic: string;
  feeling: Feeling;
  sentiment: number;
  entities: { entity: string; feeling: Feeling; sentiment: number }[];
  fate: "counted" | "late" | "ahead";
  cluster: number; // The same of texts that say the same; 0: not known.
  is_copy: boolean;
  words?: AttentionWord[];
}

export interface SourceRow extends VoiceCounts {
  source: string;
  latest: string;
}

export interface FeedRow {
  url: string;
  asked: string | null;
  entries: number;
  failures: number;
  problem: string;
}

export interface Sources {
  counts: { messages: number; copies: number; late: number; ahead: number; duplicates: number; unreadable: number; suppressed: number };
  latest: string | null;
  series: number;
  watched: number;
  sources: SourceRow[];
  feeds: FeedRow[];
  problems: string[];
}

export interface UnreadableLine {
  stream: string;
  ts: string;
  reason: string;
  body: string;
}

type Query = Record<string, string | number | undefined>;

function withQuery(path: string, query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return pairs.length > 0 ? `${path}?${new URLSearchParams(pairs).toString()}` : path;
}

// A topic, entity or source of "" asks for each apart. Without `since`: the last 168 buckets.
export interface TrendQuery extends SeriesName {
  unit: Unit;
  source: string;
  since?: string;
  until?: string;
}

export function readTrends(query: TrendQuery, signal: AbortSignal): Promise<Trends> {
  return request(withQuery("v1/monitor/trends", { ...query }), { signal });
}

export function readAlerts(query: { state?: AlertState; before?: string; limit: number }, signal: AbortSignal): Promise<Alerts> {
  return request(withQuery("v1/monitor/alerts", { ...query, state: query.state || undefined }), { signal });
}

export function readAlert(id: string, signal: AbortSignal): Promise<MonitorAlert> {
  return request(`v1/monitor/alerts/${encodeURIComponent(id)}`, { signal });
}

export function acknowledge(id: string, by: string): Promise<MonitorAlert> {
  return request(`v1/monitor/alerts/${encodeURIComponent(id)}/acknowledge`, { body: { by } });
}

export function readSilences(signal: AbortSignal): Promise<{ silences: Silence[] }> {
  return request("v1/monitor/silences", { signal });
}

export function addSilence(silence: { minutes: number; topic: string; entity: string; event: string; by: string }): Promise<Silence> {
  return request("v1/monitor/silences", { body: silence });
}

export function endSilence(id: string): Promise<{ ended: boolean }> {
  return request(`v1/monitor/silences/${encodeURIComponent(id)}`, { method: "DELETE" });
}

// The newest first.
export function readMessages({ topic, entity, limit }: SeriesName & { limit: number }, signal: AbortSignal): Promise<{ messages: StreamMessage[] }> {
  const named = (name: string) => (name === kAll ? undefined : name);
  return request(withQuery("v1/monitor/messages", { topic: named(topic), entity: named(entity), limit }), { signal });
}

export function readSources(signal: AbortSignal): Promise<Sources> {
  return request("v1/monitor/sources", { signal });
}

export function readUnreadable(limit: number): Promise<{ lines: UnreadableLine[] }> {
  return request(withQuery("v1/monitor/unreadable", { limit }));
}

const kSentiment = "sentiment"; // The head's name, unless the server's settings say another.

// The name of the first model that tells sentiment, or "".
export async function sentimentModel(signal: AbortSignal): Promise<string> {
  const { data } = await request<{ data: Model[] }>("v1/models", { signal });
  return data.find(({ task, state, heads }) => task === "classify" && state === "ready" && heads.some(({ name }) => name === kSentiment))?.id ?? "";
}

// The words of each text that the model looked at for its sentiment.
export async function wordsOf(texts: readonly string[], model: string, signal: AbortSignal): Promise<AttentionWord[][]> {
  const body = { text: texts, model, head: kSentiment, explain: "attention" };
  const { results } = await request<ClassifyReply>("v1/classify", { body, signal });
  return results.map((result) => result.attention?.words ?? []);
}
