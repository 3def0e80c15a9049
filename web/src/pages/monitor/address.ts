import { kAll, kUnits, type AlertState, type SeriesName, type Unit } from "../../api/monitor";
import { href } from "../../app/route";

export const kStates = ["unacknowledged", "open", ""] as const satisfies readonly AlertState[];

// What the page looks at. It stands in the address, after its question mark, so that it can be sent to a colleague.
export interface View extends SeriesName {
  source: string;
  unit: Unit;
  state: AlertState;
}

export function viewOf(query: Record<string, string>): View {
  return {
    topic: query["topic"] || kAll,
    entity: query["entity"] || kAll,
    source: query["source"] || kAll,
    unit: kUnits.find((unit) => unit === query["unit"]) ?? "hour",
    state: query["state"] === "all" ? "" : (kStates.find((state) => state && state === query["state"]) ?? "unacknowledged"),
  };
}

export function viewHref(path: readonly string[], { topic, entity, source, unit, state }: View): string {
  const named = (name: string) => (name === kAll ? "" : name);
  return href("monitor", path, {
    topic: named(topic),
    entity: named(entity),
    source: named(source),
    unit: unit === "hour" ? "" : unit,
    state: state === "unacknowledged" ? "" : state || "all",
  });
}
