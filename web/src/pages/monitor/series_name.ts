import { kAll, type SeriesName } from "../../api/monitor";
import type { SameShape } from "../../i18n/translations";
import { texts } from "./strings";

export type MonitorTexts = SameShape<(typeof texts)["en"]>;

// "earn · Nokia", "Nokia", "All messages".
export function seriesName({ topic, entity }: SeriesName, t: MonitorTexts): string {
  const parts = [topic, entity].filter((part) => part !== kAll);
  return parts.length > 0 ? parts.join(" · ") : t.allMessages;
}
