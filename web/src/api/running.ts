import { requestText } from "./client";

// Which of the named applications run: one that does shows figures at /metrics (heed_NAME_...), one that is switched off none, though
// its routes are described.
export async function runningOf(names: readonly string[], signal: AbortSignal): Promise<string[]> {
  const figures = await requestText("metrics", { signal });
  return names.filter((name) => figures.includes(`\nheed_${name}_`));
}
