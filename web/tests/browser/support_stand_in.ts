import type { Page, Route } from "playwright-core";

import type { Answer, Conversation, ConversationLine, Entity, IntentVerdict, Passage, Turn } from "../../src/api/support";
import { server } from "./browser";

// A stand-in for the support application: it answers in its shapes, from a few words that it knows, so that the page can be
// tested on a server without a support model. It decides nothing and is part of no build.

type Reply = Omit<Answer, "conversation" | "decision_id" | "model" | "version">;

interface Kept extends Conversation {
  turns: Turn[];
}

const kText = {
  en: {
    refund: "Your refund{amount} reaches your account within five working days.",
    card: "Which card do you mean, the debit or the credit card?",
    fees: "Withdrawing money abroad costs 1.5 % of the amount. There is no charge within the country.",
    person: "I pass you on to a colleague, who sees what you wrote.",
    passage: "Fees change once a year. Withdrawing money abroad costs 1.5 % of the amount. There is no charge within the country. Cards are replaced free of charge.",
    other: "Statements are sent on the first day of each month.",
  },
  zh: {
    refund: "您的退款{amount}将在五个工作日内到账。",
    card: "请问是哪张卡，借记卡还是信用卡？",
    fees: "在境外取现收取金额的 1.5%。在境内取现免费。",
    person: "我为您转接同事，对方能看到您写的内容。",
    passage: "费用每年调整一次。在境外取现收取金额的 1.5%。在境内取现免费。补办银行卡免费。",
    other: "对账单于每月一日寄出。",
  },
};

function placeOf(text: string, part: string): { start: number; end: number } {
  const start = [...text.slice(0, text.indexOf(part))].length;
  return { start, end: start + [...part].length };
}

// Words, or characters where there are no spaces, those of `strong` with most of the weight.
function attention(text: string, strong: RegExp) {
  const found = [...text.matchAll(/\p{Script=Han}|[\p{L}\p{N}]+/gu)];
  const weights = found.map(([word]) => (strong.test(word) ? 4 : 1));
  const sum = weights.reduce((a, b) => a + b, 0);
  return {
    words: found.map((match, i) => {
      const start = [...text.slice(0, match.index)].length;
      return { text: match[0], start, end: start + [...match[0]].length, weight: weights[i]! / sum };
    }),
  };
}

function passage(id: string, title: string, source: string, text: string, score: number, weights: number[]): Passage {
  const sentences = text.match(/[^.。]+(\.\d+[^.。]*)?[.。]/gu) ?? [];
  return {
    id,
    title,
    source,
    text,
    score,
    sentences: sentences.map((sentence, i) => ({ text: sentence.trim(), ...placeOf(text, sentence.trim()), weight: weights[i] ?? 0 })),
  };
}

function intents(first: string, probability: number, threshold: number): IntentVerdict[] {
  const rest = ["card_arrival", "exchange_rate_of_the_day", "更换手机号"].filter((name) => name !== first);
  return [
    { intent: first, probability, threshold, answered: probability >= threshold },
    ...rest.map((intent, i) => ({ intent, probability: Math.min(1 - probability, probability) / (i + 2), threshold: 0.8 + i / 20, answered: false })),
  ];
}

function read(text: string): Reply {
  const language = /\p{Script=Han}/u.test(text) ? "zh" : "en";
  const words = kText[language];
  const nothing = { entities: [], slots: {}, passages: [], citations: [], handover: null };
  if (/refund|退款/i.test(text)) {
    const [amount] = /\d+(\.\d+)?\s?(€|\$|元)?/.exec(text) ?? [""];
    const entities: Entity[] = amount ? [{ entity: "amount", value: amount, ...placeOf(text, amount), confidence: 0.972 }] : [];
    return {
      ...nothing,
      action: "answer",
      text: words.refund.replace("{amount}", amount && (language === "zh" ? ` ${amount} ` : ` of ${amount}`)),
      intents: intents("refund_status", 0.957, 0.83),
      entities,
      slots: amount ? { amount } : {},
      confidence: 0.957,
      why: "refund_status 0.957 reaches its threshold 0.83; the text lies near what was taught.",
      attention: attention(text, /refund|退|款/i),
    };
  }
  if (/fee|cost|手续费|费/i.test(text)) {
    const found = [passage("p7", "Fees and charges", "fees.md", words.passage, 12.3, [0.06, 0.55, 0.34, 0.05]), passage("p9", "Statements", "statements.md", words.other, 3.1, [0.2])];
    const cited = found[0]!.sentences!.slice(1, 3);
    return {
      ...nothing,
      action: "retrieve",
      text: words.fees,
      intents: intents("card_fees", 0.612, 0.83),
      passages: found,
      citations: cited.map(({ start, end }) => ({ passage: "p7", start, end })),
      confidence: 0.71,
      why: "card_fees 0.612 lies below its threshold 0.83; two sentences of one passage answer the question.",
      attention: attention(text, /fee|cost|费/i),
    };
  }
  if (/card|卡/i.test(text)) {
    return { ...nothing, action: "ask", text: words.card, intents: intents("card_lost", 0.91, 0.8), confidence: 0.91, why: "card_lost needs the slot card.", attention: attention(text, /card|lost|卡|丢/i) };
  }
  return {
    ...nothing,
    action: "handover",
    text: words.person,
    intents: intents("card_arrival", 0.31, 0.83),
    confidence: 0.31,
    why: "No intent reaches its threshold, and no passage is near enough.",
    attention: attention(text, /person|人工/i),
    handover: {
      reason: "No intent is sure enough.",
      summary: language === "zh" ? `客户发来 1 条消息。首条：${text}` : `1 message from the customer. First: ${text}`,
      suggestions: [
        { text: words.refund.replace("{amount}", ""), from: "intent:refund_status", score: 0.31 },
        { text: words.other, from: "passage:p9", score: 0.27 },
      ],
      position: 1,
    },
  };
}

const kProblem = (message: string) => ({ error: { message, type: "not_found", param: null, code: "not_found" } });

export interface Sent {
  path: string;
  body: Record<string, unknown>;
}

export class SupportStandIn {
  readonly sent: Sent[] = []; // Every POST, in order.
  readonly conversations = new Map<string, Kept>();
  private decisions_ = 0;

  // Puts itself before the server on this page.
  async serve(page: Page): Promise<void> {
    await page.route(`${server}/openapi.json`, async (route) => {
      const response = await route.fetch();
      const description = (await response.json()) as { paths: Record<string, unknown> };
      await route.fulfill({ response, json: { ...description, paths: { ...description.paths, "/v1/support/conversations": {} } } });
    });
    await page.route(`${server}/v1/answer`, (route) => this.answer(route));
    await page.route(`${server}/v1/support/**`, (route) => this.support(route));
  }

  // A conversation that waits for a person, as if its customer wrote elsewhere.
  wait(id: string, text: string, waitingSeconds: number, more: Partial<Conversation> = {}): void {
    const ts = (Date.now() - waitingSeconds * 1000) * 1000;
    const { handover, ...reading } = read(text);
    const decision = { ...reading, decision_id: `d${++this.decisions_}` };
    this.conversations.set(id, {
      id,
      tenant: "",
      state: "waiting",
      priority: "normal",
      waiting_seconds: waitingSeconds,
      summary: handover?.summary ?? null,
      reason: handover?.reason ?? "A person was asked for.",
      handover: handover ?? null,
      turns: [
        { from: "customer", text, ts },
        { ...decision, from: "heed", ts: ts + 400_000 },
      ],
      ...more,
    });
  }

  private async answer(route: Route): Promise<void> {
    const body = this.note(route, "v1/answer");
    const text = String(body["text"]);
    const id = String(body["conversation"] ?? `c${this.conversations.size + 1}`);
    const decision = { ...read(text), decision_id: `d${++this.decisions_}`, model: "bank", version: 3 };
    const kept = this.conversations.get(id) ?? { id, tenant: "", state: "open", priority: "normal", turns: [] };
    const ts = Date.now() * 1000;
    const { handover, confidence: _, citations: __, slots: ___, ...turn } = decision;
    kept.turns.push({ from: "customer", text, ts }, { ...turn, from: "heed", text: decision.text, ts });
    if (body["priority"] === "urgent") kept.priority = "urgent";
    if (handover) Object.assign(kept, { state: "waiting", waiting_seconds: 0, handover, reason: handover.reason, summary: handover.summary });
    this.conversations.set(id, kept);
    await route.fulfill({ json: { conversation: id, ...decision } });
  }

  private async support(route: Route): Promise<void> {
    const url = new URL(route.request().url());
    const [id, verb] = url.pathname.split("/").slice(4).map(decodeURIComponent);
    if (url.pathname.endsWith("/v1/support/correct")) {
      this.note(route, "v1/support/correct");
      return route.fulfill({ json: { accepted: 1 } });
    }
    if (!id) return route.fulfill({ json: { conversations: this.list(url.searchParams.get("state") ?? "waiting") } });
    const kept = this.conversations.get(id === "next" ? this.list("waiting")[0]!.id : id);
    const tenant = verb ? (route.request().postDataJSON() as { tenant?: string }).tenant : url.searchParams.get("tenant");
    if (!kept || (id !== "next" && kept.tenant !== (tenant ?? ""))) return route.fulfill({ status: 404, json: kProblem(`conversation: no '${id}'`) });
    if (!verb) return route.fulfill({ json: kept });
    const { agent, text } = this.note(route, verb) as { agent: string; text: string };
    if (verb === "take") Object.assign(kept, { state: "open", agent });
    if (verb === "reply") Object.assign(kept, { state: "open", agent }).turns.push({ from: "agent", agent, text, ts: Date.now() * 1000 });
    if (verb === "close") kept.state = "closed";
    return route.fulfill({ json: kept });
  }

  private list(state: string): ConversationLine[] {
    const kept = [...this.conversations.values()].filter((one) => one.state === state);
    const rank = (one: Kept) => (one.waiting_seconds ?? 0) + (one.priority === "urgent" ? 600 : 0);
    return kept
      .sort((a, b) => rank(b) - rank(a))
      .map(({ turns, handover: _, ...rest }) => ({ ...rest, turns: turns.length, last: turns.at(-1)?.text ?? "" }));
  }

  private note(route: Route, path: string): Record<string, unknown> {
    const body = route.request().postDataJSON() as Record<string, unknown>;
    this.sent.push({ path, body });
    return body;
  }
}
