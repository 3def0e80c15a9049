import { ask, askText } from "./browser";

const kSaid = [
  ["water", "Central Station 停水了", -0.8],
  ["water", "low pressure near 老城, again", -0.6],
  ["roads", "pothole at Harbour", -0.4],
  ["waste", "垃圾按时清运，很满意", 0.7],
  ["roads", "The new cycle lane is a joy", 0.8],
] as const;

// Two days of what people said, where the server watches opinion and takes what senders say of it. Whether it does.
export async function sendMessages(): Promise<boolean> {
  if (!(await askText("metrics")).includes("\nheed_monitor_")) return false;
  const run = `walk-${process.pid}-${Date.now()}`;
  const nowS = Math.floor(Date.now() / 1000);
  const messages = Array.from({ length: 240 }, (_, i) => {
    const [topic, text, sentiment] = kSaid[(i * 7) % kSaid.length]!;
    return { id: `${run}-${i}`, ts: nowS - (240 - i) * 720, source: i % 3 === 0 ? "app" : "web", topic, sentiment, text: `${text} (${i})` };
  });
  await ask("v1/messages", { messages });
  return true;
}
