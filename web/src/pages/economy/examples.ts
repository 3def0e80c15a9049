import type { AllocationProblem, LoggedRow, Network, Review } from "../../api/economy";

// What the page shows before somebody brings their own: small, and in nobody's data.

export const network: Network = {
  nodes: [
    { name: "RSS", kind: "source", supply: 120 },
    { name: "微博", kind: "source", supply: 80 },
    { name: "Tickets", kind: "source", supply: 60 },
    { name: "Triage", kind: "task", capacity: 150 },
    { name: "Digest", kind: "channel", capacity: 90 },
    { name: "Alerts", kind: "channel", capacity: 40 },
    { name: "Analysts", kind: "user", demand: 80 },
    { name: "客服", kind: "user", demand: 70 },
  ],
  edges: [
    { from: "RSS", to: "Triage", cost: 0.1 },
    { from: "微博", to: "Triage", cost: 0.2 },
    { from: "Tickets", to: "Triage", cost: 0.05 },
    { from: "Triage", to: "Digest" },
    { from: "Triage", to: "Alerts", cost: 0.1 },
    { from: "Digest", to: "Analysts", value: 1 },
    { from: "Digest", to: "客服", value: 0.7 },
    { from: "Alerts", to: "Analysts", value: 1.6 },
    { from: "Alerts", to: "客服", value: 2 },
  ],
};

export const problem: AllocationProblem = {
  people: [
    { person: "Anna", minutes: 30 },
    { person: "小明", minutes: 20 },
    { person: "李娜", minutes: 45 },
  ],
  pairs: [
    { person: "Anna", item: "Course", cost: 20, value: 9 },
    { person: "Anna", item: "News", cost: 5, value: "4|2|1" },
    { person: "Anna", item: "访谈", cost: 15, value: 6 },
    { person: "小明", item: "Course", cost: 20, value: 8 },
    { person: "小明", item: "News", cost: 5, value: "3|1" },
    { person: "李娜", item: "Course", cost: 20, value: 7 },
    { person: "李娜", item: "News", cost: 5, value: "5|3|1" },
    { person: "李娜", item: "访谈", cost: 15, value: 8 },
  ],
  limits: [
    { of: "item", name: "Course", at_most: 2 },
    { of: "item", name: "访谈", at_most: 1 },
  ],
};

const days = (card: string, ratings: [day: number, rating: number][]): Review[] =>
  ratings.map(([day, rating]) => ({ card, rating, time: new Date(Date.UTC(2026, 0, 1 + day)).toISOString() }));

export const reviews: Review[] = [
  ...days("attention", [[0, 3], [3, 3], [12, 4]]),
  ...days("注意力", [[0, 3], [2, 1], [4, 3]]),
  ...days("ledger", [[0, 4], [9, 3]]),
];

// A hundred decisions between two, logged evenly; the other policy takes the second four times in five.
export const rows: LoggedRow[] = Array.from({ length: 100 }, (_, k) => {
  const second = k % 2 === 1;
  return { reward: (k * 37) % 10 < (second ? 6 : 3) ? 1 : 0, propensity: 0.5, target: second ? 0.8 : 0.2 };
});
