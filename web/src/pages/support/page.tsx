import { useState } from "preact/hooks";

import { useAction } from "../../api/action";
import { request } from "../../api/client";
import { usePolled } from "../../api/polled";
import { useResource } from "../../api/resource";
import { askSupport, listConversations, readConversation, type ConversationKey, type ConversationState } from "../../api/support";
import type { Model } from "../../api/types";
import { useTexts } from "../../i18n/language";
import { AgentField } from "../../ui/agent_field";
import { Failure } from "../../ui/failure";
import type { PageProps } from "../page";
import { kStates, supportHref } from "./address";
import { Chat } from "./chat";
import { HandoverPanel } from "./handover";
import { NoSupport } from "./no_support";
import "./page.css";
import { Queue } from "./queue";
import { MessageReading } from "./reading";
import { texts } from "./strings";
import { joinTurns, needsPerson, readMessages, type Exchange, type Snapshot } from "./turns";

const kQueueMs = 3000;
const kConversationMs = 2000;

// The chat that was begun on this page; it survives a look at another one.
let own: { id: string; exchanges: Exchange[] } = { id: "", exchanges: [] };

export default function SupportPage({ query }: PageProps) {
  const t = useTexts(texts);
  const state = kStates.find((known) => known === query["state"]) ?? "waiting";
  const opened: ConversationKey = { id: query["conversation"] ?? own.id, tenant: query["tenant"] ?? "" };
  const models = useResource((signal) => request<{ data: Model[] }>("v1/models", { signal }), []);
  const queue = usePolled((signal) => listConversations(state, signal), [state], kQueueMs);
  const isOwn = opened.id === own.id && opened.tenant === "";
  const none = queue.error?.status === 404 || models.data?.data.every(({ task, state: is }) => task !== "classify" || is !== "ready");
  const isToldAlready = queue.error?.status === 0 && queue.data !== undefined; // Above every page.
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{t.title}</h1>
          <p class="lede">{t.lede}</p>
        </div>
        {!none && <AgentField label={t.yourName} />}
      </div>
      {none && <NoSupport />}
      {queue.error && !none && !isToldAlready && <Failure error={queue.error} onRetry={queue.reload} retries />}
      {!none && (queue.data || opened.id) && (
        <>
          <Queue state={state} lines={queue.data?.conversations} opened={opened} onChange={queue.reload} />
          <Desk
            key={isOwn ? "own" : `${opened.tenant} ${opened.id}`}
            opened={opened}
            isOwn={isOwn}
            state={state}
            labels={intentLabels(models.data?.data ?? [])}
            onChange={queue.reload}
          />
        </>
      )}
    </>
  );
}

interface DeskProps {
  opened: ConversationKey; // Id "" before the first message of a new chat.
  isOwn: boolean; // Begun here, so that its customer is who sits here.
  state: ConversationState; // Of the list beside it.
  labels: readonly string[]; // All intents that a correction can name.
  onChange(): void;
}

// One conversation: the customer's side, and the agent's.
function Desk({ opened, isOwn, state, labels, onChange }: DeskProps) {
  const t = useTexts(texts);
  const asking = useAction();
  const [, redraw] = useState({});
  const [chosen, setChosen] = useState("");
  const kept = usePolled((signal) => read(opened, signal), [opened.tenant, opened.id], kConversationMs);
  const conversation = kept.data?.conversation;
  const turns = joinTurns(kept.data, isOwn ? own.exchanges : []);
  const messages = readMessages(turns);
  const shown = messages.find(({ id }) => id === chosen) ?? messages.at(-1);
  const isClosed = conversation?.state === "closed";
  const changed = () => {
    kept.reload();
    onChange();
  };
  const ask = async (text: string, urgent: boolean) => {
    const exchange: Exchange = { question: text, askedAtMs: Date.now() };
    const chat = own;
    chat.exchanges = [...chat.exchanges, exchange];
    setChosen("");
    const done = await asking.run(async () => {
      exchange.answer = await askSupport({ text, ...(chat.id ? { conversation: chat.id } : {}), ...(urgent ? { priority: "urgent" as const } : {}) });
      exchange.answeredAtMs = performance.now();
      chat.id = exchange.answer.conversation;
    });
    if (!done) chat.exchanges = chat.exchanges.filter((one) => one !== exchange);
    if (chat !== own) return done; // Another one was begun meanwhile.
    redraw({});
    if (done && opened.id !== chat.id) location.replace(supportHref(state, { id: chat.id, tenant: "" }));
    else changed();
    return done;
  };
  const begin = () => {
    own = { id: "", exchanges: [] };
    setChosen("");
    location.replace(supportHref(state, { id: "", tenant: "" }));
    redraw({});
  };
  return (
    <div class="desk">
      <Chat
        turns={turns}
        selected={shown?.id ?? ""}
        onSelect={setChosen}
        asking={asking}
        onAsk={isOwn && !isClosed ? ask : undefined}
        note={isClosed ? t.closedNote : t.notYours}
        onNew={opened.id ? begin : undefined}
        dropped={conversation?.dropped_turns ?? 0}
      />
      <section class="agent-view" aria-labelledby="agent-title">
        <h2 id="agent-title">{t.agentView}</h2>
        {kept.error && kept.error.status !== 0 && <Failure error={kept.error} onRetry={kept.reload} />}
        {conversation && (
          <HandoverPanel conversation={conversation} handover={conversation.handover} wanted={needsPerson(conversation, turns)} onDone={changed} />
        )}
        {shown && <MessageReading message={shown} tenant={opened.tenant} labels={labels} />}
        {!shown && !kept.error && <p class="hint">{opened.id && !conversation ? t.loading : t.beginAgent}</p>}
      </section>
    </div>
  );
}

async function read(key: ConversationKey, signal: AbortSignal): Promise<Snapshot | undefined> {
  if (!key.id) return undefined;
  const askedAtMs = performance.now();
  return { conversation: await readConversation(key, signal), askedAtMs };
}

// The labels of the head "intent", or of the only one, of the first model that classifies.
function intentLabels(models: readonly Model[]): readonly string[] {
  const heads = models.find(({ task, state }) => task === "classify" && state === "ready")?.heads ?? [];
  return (heads.find(({ name }) => name === "intent") ?? heads[0])?.labels ?? [];
}
