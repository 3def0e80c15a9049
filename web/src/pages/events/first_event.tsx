import { useTexts } from "../../i18n/language";
import { curl } from "../../ui/curl";
import { Notice } from "../../ui/notice";
import { Snippet } from "../../ui/snippet";
import { texts } from "./strings";

const kEvents = `{"events": [
    {"type": "decision", "event_id": "decision-1", "app": "demo",
     "subject": "user-1", "chosen": "a", "candidates": [
       {"id": "a", "score": 0.7, "propensity": 0.9, "position": 1},
       {"id": "b", "score": 0.3, "propensity": 0.1, "position": 2}]},
    {"type": "outcome", "event_id": "outcome-1",
     "decision_id": "decision-1", "kind": "clicked", "value": 1}
  ]}`;

export function FirstEvent() {
  const t = useTexts(texts);
  return (
    <Notice title={t.emptyTitle} text={t.emptyText} heading="h2">
      <Snippet label={t.curl} code={curl("v1/events", '-H "Content-Type: application/json"', `-d '${kEvents}'`)} />
    </Notice>
  );
}
