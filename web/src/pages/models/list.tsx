import type { Model } from "../../api/types";
import { useFormats, useTexts } from "../../i18n/language";
import { curl } from "../../ui/curl";
import { Notice } from "../../ui/notice";
import { Snippet } from "../../ui/snippet";
import { Table } from "../../ui/table";
import { modelHref } from "./names";
import { texts } from "./strings";

export function ModelList({ models }: { models: Model[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  if (models.length === 0) return <NoModels />;
  return (
    <>
      <Table
        label={t.title}
        rows={models}
        rowKey={(model) => model.id}
        columns={[
          {
            title: t.name,
            cell: (model) => (model.state === "ready" ? <a href={modelHref(model.id)}>{model.id}</a> : model.id),
          },
          { title: t.version, number: true, cell: (model) => model.version },
          { title: t.task, cell: (model) => t[model.task] ?? model.task },
          { title: t.state, cell: (model) => <State model={model} /> },
          { title: t.architecture, cell: (model) => model.architecture },
          { title: t.parameters, number: true, cell: (model) => (model.parameters ? f.compact(model.parameters) : "–") },
          { title: t.weights, cell: (model) => model.weights },
          { title: t.loaded, number: true, cell: (model) => f.dateTime(loadedMs(model.loaded_at)) },
        ]}
      />
      {models
        .filter((model) => model.state === "failed")
        .map((model) => (
          <div key={model.id} class="failed-model">
            <Notice tone="bad" title={`${model.id}: ${t.failedTitle}`}>
              <p class="notice__detail">{model.error}</p>
            </Notice>
          </div>
        ))}
    </>
  );
}

export function State({ model }: { model: Model }) {
  const t = useTexts(texts);
  return <span class={`tag tag--${model.state === "ready" ? "good" : "bad"}`}>{t[model.state] ?? model.state}</span>;
}

// ISO text, or seconds since 1970.
function loadedMs(time: Model["loaded_at"]): number | null {
  if (time === null) return null;
  return typeof time === "number" ? time * 1000 : Date.parse(time);
}

function NoModels() {
  const t = useTexts(texts);
  const train = "heed train recipes/bank-intents.toml \\\n  --set output.model=models/bank-intents";
  const code = [train, curl("v1/reload", "-X POST")];
  return (
    <Notice title={t.emptyTitle} text={t.emptyText} heading="h2">
      <Snippet label={t.emptyCommand} code={code.join("\n")} />
    </Notice>
  );
}
