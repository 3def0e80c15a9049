import { useTexts } from "../../i18n/language";
import { curl } from "../../ui/curl";
import { Notice } from "../../ui/notice";
import { Snippet } from "../../ui/snippet";
import { texts } from "./strings";

const kTrain = `heed recommend import clicks.csv --items products.jsonl -o shop
heed recommend train shop -o models/shop`;

export function NoModel() {
  const t = useTexts(texts);
  return (
    <Notice title={t.offTitle} text={t.offText} heading="h2">
      <Snippet label={t.offLabel} code={[kTrain, curl("v1/reload", "-X POST")].join("\n")} />
      <p class="hint">{t.offNext}</p>
    </Notice>
  );
}

const kEvent = `[{"FeedbackType": "click", "UserId": "ann", "ItemId": "4711"}]`;

export function Nobody() {
  const t = useTexts(texts);
  return (
    <Notice title={t.nobodyTitle} text={t.nobodyText} heading="h2">
      <Snippet label={t.nobodyLabel} code={curl("api/feedback", '-H "Content-Type: application/json"', `-d '${kEvent}'`)} />
    </Notice>
  );
}
