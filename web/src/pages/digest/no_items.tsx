import { useTexts } from "../../i18n/language";
import { Notice } from "../../ui/notice";
import { Snippet } from "../../ui/snippet";
import { texts } from "./strings";

const kInputs = `# heed.toml
[apps.digest]
feeds = ["https://example.org/news.xml"]`;

// `feeds`: as many are asked already.
export function NoItems({ feeds }: { feeds: number }) {
  const t = useTexts(texts);
  if (feeds > 0) return <Notice title={t.nothingTitle} text={t.nothingYet} heading="h2" />;
  return (
    <Notice title={t.nothingTitle} text={t.nothingText} heading="h2">
      <Snippet label={t.nothingLabel} code={kInputs} />
      <p class="hint">{t.nothingNext}</p>
    </Notice>
  );
}
