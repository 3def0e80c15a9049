import type { Model, Task } from "../../api/types";
import { href } from "../../app/route";
import { useTexts } from "../../i18n/language";
import { curl } from "../../ui/curl";
import { Notice } from "../../ui/notice";
import { Snippet } from "../../ui/snippet";
import { texts } from "./strings";

const kTrain: Record<Task, string> = {
  translate: `heed train recipes/multi30k.toml --set output.model=models/translator \\
  --set data.folder=FOLDER --set data.train='["train.en","train.de"]' \\
  --set data.valid='["val.en","val.de"]' --set data.test='[]'`,
  classify: `heed train recipes/bank-intents.toml \\
  --set output.model=models/bank-intents`,
};

export function NoModel({ task, others }: { task: Task; others: Model[] }) {
  const t = useTexts(texts);
  const translates = task === "translate";
  const code = [kTrain[task], curl("v1/reload", "-X POST")];
  return (
    <Notice
      title={translates ? t.noTranslatorTitle : t.noClassifierTitle}
      text={translates ? t.noTranslatorText : t.noClassifierText}
      heading="h2"
    >
      <Snippet label={t.trainOne} code={code.join("\n")} />
      {others.length > 0 && (
        <p>
          {t.otherTask}{" "}
          <a href={href("try", [translates ? "classify" : "translate"])}>{translates ? t.classify : t.translate}</a>
        </p>
      )}
    </Notice>
  );
}
