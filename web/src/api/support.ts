import { request } from "./client";
import type { AttentionWord } from "./types";

// What the support application answers. Offsets count Unicode code points, moments are microseconds UTC.

export type Action = "answer" | "ask" | "retrieve" | "handover";
export type ConversationState = "waiting" | "open" | "closed";

export interface IntentVerdict {
  intent: string;
  probability: number;
  threshold?: number | null;
  answered?: boolean;
}

export interface Entity {
  entity: string;
  value: string;
  start: number;
  end: number;
  confidence?: number | null;
}

export interface Passage {
  id: string | number;
  title?: string | null;
  source?: string | null;
  text: string;
  score?: number | null;
  sentences?: AttentionWord[];
}

export interface Citation {
  passage: string | number;
  start: number;
  end: number;
}

export interface Suggestion {
  text: string;
  from?: string | null;
  score?: number | null;
}

export interface Handover {
  reason?: string | null;
  summary?: string | null;
  suggestions?: Suggestion[];
  position?: number | null;
}

// What one message made of itself: a reply has all of it, a turn of a conversation what was kept.
export interface Reading {
  // Empty where nothing was decided: a person has the conversation.
  decision_id?: string | null;
  action?: Action | null;
  intents?: IntentVerdict[];
  entities?: Entity[];
  slots?: Record<string, string>;
  passages?: Passage[];
  citations?: Citation[];
  confidence?: number | null;
  why?: string | null;
  handover?: Handover | null;
  attention?: { words: AttentionWord[] } | null;
  model?: string;
  version?: number;
}

export interface Answer extends Reading {
  conversation: string;
  decision_id: string;
  action: Action;
  text: string;
}

export interface Turn extends Reading {
  from: "customer" | "heed" | "agent";
  text: string;
  ts: number;
  agent?: string;
}

// The same id of two tenants means two conversations.
export interface ConversationKey {
  id: string;
  tenant: string; // "" where the server has one alone.
}

interface ConversationFacts extends ConversationKey {
  state: ConversationState; // One that an agent has taken is open.
  priority?: string | null;
  agent?: string | null; // Who has taken it.
  waiting_seconds?: number | null;
  summary?: string | null;
  reason?: string | null;
}

// A row of the queue.
export interface ConversationLine extends ConversationFacts {
  turns: number;
  last?: string | null;
}

export interface Conversation extends ConversationFacts {
  turns: Turn[];
  dropped_turns?: number; // Earlier ones, which are not kept.
  slots?: Record<string, string>;
  handover?: Handover | null;
}

const kMost = 100;
const kAllTenants = "*";

export function listConversations(state: ConversationState, signal: AbortSignal): Promise<{ conversations: ConversationLine[] }> {
  return request(`v1/support/conversations?${new URLSearchParams({ state, tenant: kAllTenants, limit: String(kMost) })}`, { signal });
}

function pathOf({ id }: ConversationKey): string {
  return `v1/support/conversations/${encodeURIComponent(id)}`;
}

function tenantOf({ tenant }: ConversationKey): { tenant?: string } {
  return tenant ? { tenant } : {};
}

export function readConversation(key: ConversationKey, signal: AbortSignal): Promise<Conversation> {
  const query = new URLSearchParams(tenantOf(key)).toString();
  return request(pathOf(key) + (query && `?${query}`), { signal });
}

export interface Question {
  text: string;
  conversation?: string;
  priority?: "urgent";
}

export function askSupport(question: Question): Promise<Answer> {
  return request("v1/answer", { body: { ...question, explain: "attention" } });
}

export function takeConversation(key: ConversationKey, agent: string): Promise<Conversation> {
  return request(`${pathOf(key)}/take`, { body: { agent, ...tenantOf(key) } });
}

// The one whose turn it is, as the server's queue has it.
export function takeNext(agent: string): Promise<Conversation> {
  return request("v1/support/conversations/next/take", { body: { agent } });
}

// Takes the conversation too, where nobody has. `suggestion`: the text of the one that was taken, changed or not.
export function replyTo(key: ConversationKey, reply: { agent: string; text: string; suggestion?: string }): Promise<Conversation> {
  return request(`${pathOf(key)}/reply`, { body: { ...reply, ...tenantOf(key) } });
}

export function closeConversation(key: ConversationKey, agent: string): Promise<Conversation> {
  return request(`${pathOf(key)}/close`, { body: { agent, ...tenantOf(key) } });
}

export interface Correction {
  decision_id: string;
  intent?: string;
  accepted?: boolean;
  agent: string;
  tenant?: string;
}

export function correct(correction: Correction): Promise<unknown> {
  return request("v1/support/correct", { body: correction });
}
