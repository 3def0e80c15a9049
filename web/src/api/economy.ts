import { request } from "./client";

// What /v1/economy answers: docs/http.md.

export interface NetworkNode {
  name: string;
  kind?: string;
  supply?: number;
  demand?: number;
  capacity?: number;
}

export interface NetworkEdge {
  from: string;
  to: string;
  capacity?: number;
  cost?: number;
  value?: number;
  floor?: number;
}

export interface Network {
  nodes: NetworkNode[];
  edges: NetworkEdge[];
}

export interface Flow {
  value: number;
  nodes: { name: string; kind: string; flow: number; worth: number; price: number; supply_price: number; demand_price: number }[];
  edges: { from: string; to: string; flow: number; price: number }[];
  bottlenecks: { limit: "edge" | "node" | "supply" | "demand"; from: string; to: string; price: number }[];
}

export interface AllocationProblem {
  people: { person: string; minutes: number }[];
  pairs: { person: string; item: string; cost: number; value: number | string }[];
  limits: { of: "item"; name: string; at_most: number }[];
}

export interface Allocation {
  value: number;
  bound: number;
  gap: number;
  choices: { person: string; item: string; amount: number; minutes: number; value: number }[];
  limits: { limit: string; used: number; at_most?: number; price: number }[];
  people: { person: string; minute: number }[];
}

export interface Review {
  card: string;
  rating: number;
  time: string;
}

export interface Memory {
  fitted: boolean;
  decay: number;
  factor: number;
  cards: { card: string; due: string; days_away: number; recall: number; stability: number; difficulty: number }[];
}

export interface Estimate {
  estimator: string;
  value: number;
  lower: number;
  upper: number;
  effective_rows: number;
  greatest_weight: number;
}

export interface Evaluation {
  estimates: Estimate[];
  mean_weight: number;
  support_is_short: boolean;
}

export interface LoggedRow {
  reward: number;
  propensity: number;
  target: number;
}

export type StatementKey = "day" | "source" | "task" | "group";

export interface Statement {
  by: StatementKey;
  lines: { key: string; acquired: number; allocated: number; retained: number; lost: number }[];
}

// The market for people's minutes today: one price a person, whichever application asks.
export interface MinuteMarket {
  running: true;
  people: PersonMinutes[]; // At most 100, the dearest minute first.
  more?: number; // Others.
  tasks: { task: string; used: number; next?: number | null }[]; // As of a person, of all together.
}

export interface PersonMinutes {
  person: string;
  group: string;
  minutes: number; // Given for today.
  left: number; // Not yet granted.
  price: number; // Of the next minute.
  used: Record<string, number>; // Minutes by task.
  next?: Record<string, number>; // By task, what the best refused bid would have paid for a minute.
}

export const bestFlow = (network: Network, signal: AbortSignal) => request<Flow>("v1/economy/flow", { body: network, signal });
export const allocate = (problem: AllocationProblem, signal: AbortSignal) =>
  request<Allocation>("v1/economy/allocate", { body: { ...problem, whole: true }, signal });
export const retain = (reviews: Review[], signal: AbortSignal) => request<Memory>("v1/economy/retain", { body: { reviews }, signal });
export const evaluate = (rows: LoggedRow[], signal: AbortSignal) => request<Evaluation>("v1/economy/evaluate", { body: { rows }, signal });
// Without `sinceMs`: of all time.
export const statement = (by: StatementKey, signal: AbortSignal, sinceMs?: number) => {
  const query = new URLSearchParams({ by, ...(sinceMs === undefined ? {} : { since: new Date(sinceMs).toISOString() }) });
  return request<Statement>(`v1/economy/ledger?${query.toString()}`, { signal });
};
// Without a market: only that none runs.
export const minutesToday = (signal: AbortSignal) => request<MinuteMarket | { running: false }>("v1/economy/minutes", { signal });
