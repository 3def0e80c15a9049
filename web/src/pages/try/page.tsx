import { useState } from "preact/hooks";

import { request } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Model, Task } from "../../api/types";
import { href } from "../../app/route";
import { useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import type { PageProps } from "../page";
import { Classification } from "./classification";
import { NoModel } from "./no_model";
import "./page.css";
import { texts } from "./strings";
import { TextField } from "./text_field";
import { TranslationView } from "./translation";

const kTasks = ["translate", "classify"] as const;
const typedBefore: Record<Task, string> = { translate: "", classify: "" }; // Survives a look at another page.

export default function TryPage({ path: [wanted], query }: PageProps) {
  const t = useTexts(texts);
  const models = useResource((signal) => request<{ data: Model[] }>("v1/models", { signal }), []);
  const ready = models.data?.data.filter(({ state }) => state === "ready") ?? [];
  const task = kTasks.find((known) => known === wanted) ?? ready[0]?.task ?? "translate";
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{t.title}</h1>
          <p class="lede">{t.lede}</p>
        </div>
        <nav class="tabs" aria-label={t.tasks}>
          {kTasks.map((one) => (
            <a key={one} href={href("try", [one])} aria-current={one === task ? "page" : undefined}>
              {t[one]}
            </a>
          ))}
        </nav>
      </div>
      {models.error && <Failure error={models.error} onRetry={models.reload} retries />}
      {models.data && <Trial key={task} task={task} models={ready} wanted={query["model"] ?? ""} />}
    </>
  );
}

// NAME@VERSION of every version that can be asked.
function choices(models: readonly Model[]): string[] {
  return models.flatMap(({ id, version, versions }) => [version, ...versions.filter((other) => other !== version)].map((one) => `${id}@${one}`));
}

function Trial({ task, models, wanted }: { task: Task; models: Model[]; wanted: string }) {
  const t = useTexts(texts);
  const [text, setText] = useState(typedBefore[task]);
  const names = choices(models.filter((model) => model.task === task));
  const model = names.find((name) => name === wanted || name.startsWith(`${wanted}@`)) ?? names[0];
  if (model === undefined) return <NoModel task={task} others={models} />;
  const type = (typed: string) => {
    typedBefore[task] = typed;
    setText(typed);
  };
  const View = task === "translate" ? TranslationView : Classification;
  return (
    <>
      <label class="field model-choice">
        <span class="field__label">{t.model}</span>
        <select value={model} onChange={(event) => location.replace(href("try", [task], { model: event.currentTarget.value }))}>
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <View text={text} model={model} field={<TextField task={task} text={text} onType={type} />} />
    </>
  );
}
