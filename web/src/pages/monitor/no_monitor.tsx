import { useTexts } from "../../i18n/language";
import { curl } from "../../ui/curl";
import { Notice } from "../../ui/notice";
import { Snippet } from "../../ui/snippet";
import { texts } from "./strings";

const kEnable = `# heed.toml
[apps.monitor]
enabled = true
model = "opinion"
entities = "entities.csv"`;

export function NoMonitor() {
  const t = useTexts(texts);
  return (
    <Notice title={t.offTitle} text={t.offText} heading="h2">
      <Snippet label={t.offLabel} code={kEnable} />
      <p class="hint">{t.offNext}</p>
    </Notice>
  );
}

// Two that the server takes as they are, of this moment.
function firstMessages(): string {
  const ts = new Date().toISOString();
  return `{"messages": [
    {"ts": "${ts}", "source": "demo", "text": "The new phone breaks at once", "topic": "phones", "sentiment": -0.8},
    {"ts": "${ts}", "source": "demo", "text": "新手机很好用", "topic": "phones", "sentiment": 0.7}
  ]}`;
}

export function FirstMessages() {
  const t = useTexts(texts);
  return (
    <Notice title={t.emptyTitle} text={t.emptyText} heading="h2">
      <Snippet label={t.emptyLabel} code={curl("v1/messages", '-H "Content-Type: application/json"', `-d '${firstMessages()}'`)} />
    </Notice>
  );
}
