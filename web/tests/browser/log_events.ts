import { ask } from "./browser";

// More than a page of events, so that there are older ones to ask for.
export async function logEvents(): Promise<void> {
  const run = `walk-${process.pid}-${Date.now()}`;
  const events = Array.from({ length: 60 }, (_, i) => ({
    type: "decision",
    event_id: `${run}-${i}`,
    app: "walk",
    subject: `reader-${i % 7}`,
    candidates: [
      { id: "退款未到账", score: 0.7, propensity: 0.9, position: 1 },
      { id: "card_arrival", score: 0.3, propensity: 0.1, position: 2 },
    ],
    chosen: "退款未到账",
    reason: "above the threshold",
  }));
  const outcome = { type: "outcome", event_id: `${run}-out`, decision_id: `${run}-59`, kind: "clicked", value: 1 };
  await ask("v1/events", { events: [...events, outcome] });
}
