import type { StreamMessage } from "../../api/monitor";

// Messages that say the same, shown once.
export interface Voice {
  message: StreamMessage; // The newest of them.
  copies: number; // Of those that are shown, itself included.
  sources: string[];
}

// In the order of their newest messages.
export function groupFloods(messages: readonly StreamMessage[]): Voice[] {
  const voices = new Map<string, Voice>();
  for (const message of messages) {
    const key = message.cluster > 0 ? `cluster ${message.cluster}` : `seq ${message.seq}`;
    const voice = voices.get(key);
    if (!voice) {
      voices.set(key, { message, copies: 1, sources: [message.source] });
      continue;
    }
    voice.copies++;
    if (!voice.sources.includes(message.source)) voice.sources.push(message.source);
  }
  return [...voices.values()];
}
