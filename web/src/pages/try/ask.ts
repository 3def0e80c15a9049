import { request } from "../../api/client";
import type { Alignment, ClassifyReply, TranslateReply } from "../../api/types";

const kAlternatives = 2;
const kLabels = 6;

export interface TranslatedLine {
  source: string;
  text: string;
  alternatives: string[];
  attention: Alignment | undefined;
}

interface PlainReply {
  translatedText: string | string[];
  alternatives?: string[] | string[][];
  attention?: Alignment | Alignment[];
}

// A text of several lines goes out as a list, because a translator takes them one by one; empty lines stay where they are.
export async function translate(text: string, model: string, signal: AbortSignal): Promise<TranslatedLine[]> {
  const lines = text.split("\n");
  const full = lines.filter((line) => line.trim());
  const body = { q: full, model, alternatives: kAlternatives, explain: "attention" };
  return placeLines(lines, listsOf(await request<PlainReply>("v1/translate", { body, signal })));
}

// One shape, whether the server answered for a text or for a list.
export function listsOf(reply: PlainReply): Pick<TranslateReply, "translatedText" | "alternatives" | "attention"> {
  if (Array.isArray(reply.translatedText)) return reply as TranslateReply;
  return {
    translatedText: [reply.translatedText],
    ...(reply.alternatives ? { alternatives: [reply.alternatives as string[]] } : {}),
    ...(reply.attention ? { attention: [reply.attention].flat() } : {}),
  };
}

export function placeLines(lines: readonly string[], reply: ReturnType<typeof listsOf>): TranslatedLine[] {
  let at = 0;
  return lines.map((source) => {
    if (!source.trim()) return { source, text: "", alternatives: [], attention: undefined };
    const i = at++;
    return {
      source,
      text: reply.translatedText[i] ?? "",
      alternatives: (reply.alternatives?.[i] ?? []).filter((other) => other !== reply.translatedText[i]),
      attention: reply.attention?.[i],
    };
  });
}

export function classify(text: string, model: string, signal: AbortSignal): Promise<ClassifyReply> {
  return request<ClassifyReply>("v1/classify", { body: { text, model, top: kLabels, explain: "attention" }, signal });
}
