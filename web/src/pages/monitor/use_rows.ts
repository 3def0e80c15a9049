import { readTrends, type TrendRow } from "../../api/monitor";
import type { ApiError } from "../../api/client";
import { usePolled } from "../../api/polled";
import { useResource } from "../../api/resource";
import type { View } from "./address";
import type { Replay } from "./replay";
import { kHistory, kShown, kStepMs } from "./trend";

const kEveryMs = 3000;

export interface Rows {
  rows: readonly TrendRow[] | undefined; // Ascending; what is older than what is shown tells what is usual.
  untilMs: number; // The moment up to which the page shows them.
  error: ApiError | undefined;
  reload(): void;
}

const kNothing = { latest: null, trends: [] };

// The rows of one series: live, the last ones again and again and those before them once; in a replay, its whole range once.
export function useRows({ topic, entity, source, unit }: View, latestMs: number, replay: Replay | undefined): Rows {
  const query = { topic, entity, source, unit };
  const key = [topic, entity, source, unit];
  const past = replay ? replay.range.map((ms) => new Date(ms).toISOString()) : undefined;
  const live = usePolled((signal) => (replay ? Promise.resolve(kNothing) : readTrends(query, signal)), [...key, String(!replay)], kEveryMs);
  const loaded = useResource((signal) => {
    if (past) return readTrends({ ...query, since: past[0]!, until: past[1]! }, signal);
    if (kHistory[unit] === 0) return Promise.resolve(kNothing);
    return readTrends({ ...query, since: new Date(latestMs - (kShown + kHistory[unit]) * kStepMs[unit]).toISOString() }, signal);
  }, [...key, past?.join() ?? ""]);
  if (replay) return { rows: loaded.data?.trends, untilMs: replay.atMs - 1, error: loaded.error, reload: loaded.reload };
  const rows = live.data && [...(loaded.data?.trends ?? []), ...live.data.trends];
  const latest = live.data?.latest;
  return { rows, untilMs: latest ? Date.parse(latest) : latestMs, error: live.error, reload: live.reload };
}
