import type { Answer, Conversation, Reading, Turn } from "../../api/support";

// What was asked on this page, and its reply.
export interface Exchange {
  question: string;
  askedAtMs: number;
  answer?: Answer; // None while it is waited for.
  answeredAtMs?: number;
}

// A conversation as it was at a moment.
export interface Snapshot {
  conversation: Conversation;
  askedAtMs: number; // Sent after every answer that was there then.
}

// The turns that the server keeps, then those it had not when it was asked. A reply says more of a decision than a turn keeps:
// what is known of both is joined.
export function joinTurns(snapshot: Snapshot | undefined, exchanges: readonly Exchange[]): Turn[] {
  const answers = new Map(exchanges.flatMap(({ answer }) => (answer?.decision_id ? [[answer.decision_id, answer] as const] : [])));
  const kept = snapshot?.conversation.turns ?? [];
  const full = kept.map((turn): Turn => {
    const answer = turn.decision_id ? answers.get(turn.decision_id) : undefined;
    return answer ? { ...answer, ...turn } : turn;
  });
  const fresh = exchanges.filter(({ answeredAtMs }) => answeredAtMs === undefined || !snapshot || answeredAtMs > snapshot.askedAtMs);
  return [...full, ...fresh.flatMap(turnsOf)];
}

function turnsOf({ question, askedAtMs, answer }: Exchange): Turn[] {
  const asked: Turn = { from: "customer", text: question, ts: askedAtMs * 1000 };
  return answer?.text ? [asked, { ...answer, from: "heed", ts: askedAtMs * 1000 }] : [asked];
}

// A message that was read, and what came of it.
export interface ReadMessage extends Reading {
  id: string; // Of its decision.
  text: string; // What the customer wrote.
}

// One a decision, in order. A turn of the customer's has its own words, one of Heed's speaks of the message before it; where
// both name a decision they are one.
export function readMessages(turns: readonly Turn[]): ReadMessage[] {
  const found = new Map<string, ReadMessage>();
  let words = "";
  for (const turn of turns) {
    if (turn.from === "customer") words = turn.text;
    if (!turn.decision_id || turn.from === "agent") continue;
    const { text: _, from: __, ts: ___, ...reading } = turn;
    found.set(turn.decision_id, { ...found.get(turn.decision_id), ...reading, id: turn.decision_id, text: words });
  }
  return [...found.values()];
}

// Whether a person is wanted, or speaks already.
export function needsPerson({ state, agent }: Pick<Conversation, "state" | "agent">, turns: readonly Turn[]): boolean {
  if (state === "closed") return false;
  if (state === "waiting" || agent) return true;
  const last = turns.findLast(({ from }) => from !== "customer");
  return last?.from === "agent" || last?.action === "handover";
}

const kLongWaitS = 300;

export function waitsLong(seconds: number | null | undefined): boolean {
  return seconds != null && seconds >= kLongWaitS;
}
