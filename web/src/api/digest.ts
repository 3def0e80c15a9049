import { request } from "./client";

// What the application that makes digests answers: docs/http.md.

export type Deed = "read" | "skip" | "save";
export type Reason = "must" | "kept" | "unexpected" | "chosen";

export interface StorySource {
  source: string;
  url: string;
}

interface Told {
  id: string;
  title: string;
  url: string;
  ts: string;
  minutes: number; // To read.
  sources: StorySource[]; // The first to say it first.
  why: { en: string; zh: string };
}

export interface Story extends Told {
  summary: string;
  reason: Reason;
  subject: string;
}

export type LeftOutStory = Told;

export interface Digest {
  minutes: number;
  used: number;
  minute_price: number; // What one more minute would bring.
  stories: Story[];
  left_out: LeftOutStory[]; // Those nearest to being in first.
  offered: { stories: number; items: number };
  notices: string[];
}

export interface DigestQuery {
  minutes: number;
  topics: string[];
  reader: string; // "": the only one.
}

const readerOf = (reader: string): { reader?: string } => (reader ? { reader } : {});

export function makeDigest({ minutes, topics, reader }: DigestQuery, signal: AbortSignal): Promise<Digest> {
  return request("v1/digest", { body: { minutes, ...(topics.length > 0 ? { topics } : {}), ...readerOf(reader) }, signal });
}

export function tellDeed({ item, deed, reader }: { item: string; deed: Deed; reader: string }): Promise<unknown> {
  return request("v1/digest/feedback", { body: { item, deed, ...readerOf(reader) } });
}
