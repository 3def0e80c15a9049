import { ApiError, request } from "./client";
import { readerId, topicsOf, type Taste } from "./taste";

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
  digest: string; // The decision's id; "" where nothing was logged.
  minutes: number;
  used: number;
  minute_price: number; // What one more minute would bring.
  stories: Story[];
  left_out: LeftOutStory[]; // Those nearest to being in first.
  offered: { stories: number; items: number };
  notices: string[];
}

export interface Feed {
  url: string;
  asked: string | null;
  entries: number;
  failures: number;
  problem: string;
}

// Looked at only: nothing is logged or remembered. Else this is what the reader is given.
export function makeDigest(taste: Taste, { preview }: { preview: boolean }, signal: AbortSignal): Promise<Digest> {
  const { minutes, topics, kept } = taste;
  const body = { reader: readerId(taste), minutes, kept, preview, ...(topics === null ? {} : { topics: topicsOf(topics) }) };
  return request("v1/digest", { body, signal });
}

// The words of a story that the server no longer has are sent with it.
export async function tellDeed(taste: Taste, { id, title, summary, url }: Story, kind: Deed, digest: string): Promise<void> {
  const body = { reader: readerId(taste), item: id, kind, ...(digest ? { digest } : {}) };
  try {
    await request("v1/digest/feedback", { body });
  } catch (problem) {
    if (!(problem instanceof ApiError) || problem.status !== 404) throw problem;
    await request("v1/digest/feedback", { body: { ...body, title, text: summary, url } });
  }
}

export const readFeeds = (signal: AbortSignal) => request<{ items: number; feeds: Feed[] }>("v1/digest/feeds", { signal });
