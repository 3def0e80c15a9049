// What heed serve answers, as docs/serving.md and /openapi.json describe it. Fields that the page does not read are left out.

export interface TrafficSecond {
  ts: number; // Seconds, UTC.
  requests: number;
  errors: number;
  rejected: number;
  p50_ms: number | null;
  p99_ms: number | null;
  queue: number;
}

export interface RouteFigures {
  route: string;
  requests: number;
  errors: number;
  p50_ms: number;
  p95_ms: number;
  p99_ms: number;
}

export interface ModelFigures {
  name: string;
  version: number;
  requests: number;
  batch_mean: number;
  tokens: number;
}

export interface Status {
  version: string;
  uptime_seconds: number;
  ready: boolean;
  draining: boolean;
  keys: boolean;
  queue: { length: number; capacity: number };
  workers: number;
  traffic: TrafficSecond[]; // One a second, oldest first.
  routes: RouteFigures[];
  models: ModelFigures[];
  store?: { kind: string; pending: number };
}

export type Task = "translate" | "classify";

export interface Model {
  id: string;
  version: number;
  versions: number[];
  aliases: string[];
  task: Task;
  state: "ready" | "failed";
  error?: string;
  architecture: string;
  parameters: number;
  weights: string;
  heads: { name: string; labels: string[] }[];
  loaded_at: string | number | null;
}

export type Figures = Record<string, number | null>;

export interface Metrics {
  command?: string;
  seed?: number;
  splits?: Record<string, Figures>;
  training?: Figures;
}

export type HistoryLine = { step: number; epoch?: number; split: string } & Record<string, number | string | null>;

export interface ModelDetail extends Model {
  card?: string;
  metrics?: Metrics | null;
  config?: Record<string, unknown>;
  history?: HistoryLine[];
}

// Rows of weights over the source, one a target piece.
export interface Alignment {
  source: string[];
  target: string[];
  weights: number[][];
}

export interface TranslateReply {
  translatedText: string[];
  alternatives?: string[][];
  attention?: Alignment[];
  model: string;
  version: number;
}

export interface LabelProbability {
  label: string;
  probability: number;
}

export interface AttentionWord {
  text: string;
  start: number; // Unicode code points into the text that was sent.
  end: number;
  weight: number;
  vote?: number;
}

export interface HeadAnswer {
  label?: string | null;
  probability?: number | null;
  labels?: LabelProbability[];
  attention?: { words: AttentionWord[] };
}

export interface ClassifyReply {
  model: string;
  version: number;
  results: (HeadAnswer & { heads?: Record<string, HeadAnswer> })[];
}

export interface Candidate {
  id: string;
  score?: number | null;
  propensity?: number | null;
  position?: number | null;
}

export interface Decision {
  type: "decision";
  event_id: string;
  ts: number; // Microseconds, UTC.
  tenant?: string | null;
  app: string;
  subject?: string | null;
  context_hash?: string | number | null;
  candidates: Candidate[];
  chosen: string;
  model?: string | null;
  version?: number | string | null;
  reason?: unknown;
  minutes?: number | null;
}

export interface Outcome {
  type: "outcome";
  event_id: string;
  decision_id: string;
  ts: number;
  kind: string;
  value?: number | string | null;
  text?: string | null;
}

export type LoggedEvent = Decision | Outcome;

export interface EventPage {
  events: LoggedEvent[];
  next: string | number | null;
}
