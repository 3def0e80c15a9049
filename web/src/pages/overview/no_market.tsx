import { useTexts } from "../../i18n/language";
import { Notice } from "../../ui/notice";
import { Snippet } from "../../ui/snippet";
import { texts } from "./strings";

const kEnable = `# heed.toml
[apps.economy]
enabled = true`;

export function NoMarket() {
  const t = useTexts(texts);
  return (
    <Notice title={t.noMarketTitle} text={t.noMarketText} heading="h3">
      <Snippet label={t.noMarketLabel} code={kEnable} />
      <p class="hint">{t.noMarketNext}</p>
    </Notice>
  );
}
