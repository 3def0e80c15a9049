import { serverKey } from "../../api/key";
import { useTexts } from "../../i18n/language";
import { Notice } from "../../ui/notice";
import { Snippet } from "../../ui/snippet";
import { texts } from "./strings";

const kEvents = {
  events: [
    {
      type: "decision",
      event_id: "first-decision",
      app: "demo",
      subject: "user-1",
      candidates: [
        { id: "article-a", score: 0.7, propensity: 0.9, position: 1 },
        { id: "article-b", score: 0.3, propensity: 0.1, position: 2 },
      ],
      chosen: "article-a",
    },
    { type: "outcome", event_id: "first-outcome", decision_id: "first-decision", kind: "clicked", value: 1 },
  ],
};

export function FirstEvent() {
  const t = useTexts(texts);
  const code = [
    `curl ${location.origin}/v1/events \\`,
    ...(serverKey.value.key ? [`  -H "Authorization: Bearer $HEED_KEY" \\`] : []),
    `  -H "Content-Type: application/json" -d '${JSON.stringify(kEvents, null, 1).replace(/\n\s*/g, (gap) => (gap.length < 5 ? gap : " "))}'`,
  ];
  return (
    <Notice title={t.emptyTitle} text={t.emptyText} heading="h2">
      <Snippet label={t.curl} code={code.join("\n")} />
    </Notice>
  );
}
