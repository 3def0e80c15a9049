import { useTexts } from "../../i18n/language";
import { curl } from "../../ui/curl";
import { Notice } from "../../ui/notice";
import { Snippet } from "../../ui/snippet";
import { texts } from "./strings";

const kTrain = `heed support import questions.csv answers.json -o shop
heed support train shop -o models/shop`;

export function NoSupport() {
  const t = useTexts(texts);
  return (
    <Notice title={t.noModelTitle} text={t.noModelText} heading="h2">
      <Snippet label={t.trainOne} code={[kTrain, curl("v1/reload", "-X POST")].join("\n")} />
      <p class="hint">{t.noModelNext}</p>
    </Notice>
  );
}
