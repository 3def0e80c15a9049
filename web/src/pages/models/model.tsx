import { Fragment } from "preact";

import { request } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Model, ModelDetail } from "../../api/types";
import { href } from "../../app/route";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { Markdown } from "../../ui/markdown_view";
import { State } from "./list";
import { MetricTable } from "./metric_table";
import { apiPath, fullName, modelHref, parseName } from "./names";
import { texts } from "./strings";
import { TrainingCurves } from "./training_curves";

function useModel(name: string) {
  return useResource((signal) => (name ? request<ModelDetail>(apiPath(parseName(name)), { signal }) : Promise.resolve(undefined)), [name]);
}

export function ModelView({ name, compareWith, models }: { name: string; compareWith: string; models: Model[] }) {
  const t = useTexts(texts);
  const model = useModel(name);
  const other = useModel(compareWith);
  return (
    <>
      <p class="back">
        <a href={href("models")}>← {t.all}</a>
      </p>
      <div class="page-head">
        <div>
          <h1>{model.data ? model.data.id : name}</h1>
          {model.data && <Facts model={model.data} />}
        </div>
        {model.data && <Choices model={model.data} compareWith={compareWith} models={models} />}
      </div>
      {model.error && <Failure error={model.error} onRetry={model.reload} retries />}
      {other.error && <Failure error={other.error} onRetry={other.reload} retries />}
      {model.data && <Details model={model.data} other={other.data} />}
    </>
  );
}

function Facts({ model }: { model: ModelDetail }) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <ul class="facts">
      <li>
        {t.version} {model.version}
      </li>
      <li>{t[model.task] ?? model.task}</li>
      <li>{model.architecture}</li>
      <li>
        {t.parametersOf(f.compact(model.parameters))} · {model.weights}
      </li>
      {model.aliases.length > 0 && (
        <li>
          {t.aliases} {model.aliases.join(", ")}
        </li>
      )}
      {model.heads.map((head) => (
        <li key={head.name}>
          {head.name}: {t.labels(f.integer(head.labels.length))}
        </li>
      ))}
      {model.state !== "ready" && (
        <li>
          <State model={model} />
        </li>
      )}
    </ul>
  );
}

function Choices({ model, compareWith, models }: { model: ModelDetail; compareWith: string; models: Model[] }) {
  const t = useTexts(texts);
  const go = (address: string) => (location.hash = address);
  const ready = models.filter(({ state }) => state === "ready");
  const others = ready.flatMap(({ id, versions }) => versions.map((version) => fullName({ id, version }))).filter((name) => name !== fullName(model));
  return (
    <div class="row">
      {model.versions.length > 1 && (
        <label class="field">
          <span class="field__label">{t.version}</span>
          <select value={String(model.version)} onChange={(event) => go(modelHref(`${model.id}@${event.currentTarget.value}`, compareWith))}>
            {model.versions.map((version) => (
              <option key={version} value={String(version)}>
                {version}
              </option>
            ))}
          </select>
        </label>
      )}
      {others.length > 0 && (
        <label class="field">
          <span class="field__label">{t.compare}</span>
          <select value={compareWith} onChange={(event) => go(modelHref(fullName(model), event.currentTarget.value))}>
            <option value="">{t.nothing}</option>
            {others.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <a class="button" href={href("try", [model.task], { model: fullName(model) })}>
        {t.tryIt}
      </a>
    </div>
  );
}

function Details({ model, other }: { model: ModelDetail; other: ModelDetail | undefined }) {
  const t = useTexts(texts);
  return (
    <>
      <section class="section">
        <h2>{t.metrics}</h2>
        <MetricTable model={model} other={other} />
      </section>
      <section class="section">
        <h2>{t.curves}</h2>
        <TrainingCurves model={model} other={other} />
      </section>
      <div class="columns">
        <section class="section">
          <h2>{t.card}</h2>
          {model.card ? <Markdown text={withoutTitle(model.card)} topLevel={2} /> : <p class="hint">{t.noCard}</p>}
        </section>
        <section class="section">
          <h2>{t.configuration}</h2>
          <Configuration model={model} />
        </section>
      </div>
    </>
  );
}

// A card's first line is the model's name, which stands above already.
function withoutTitle(card: string): string {
  return card.replace(/^# .*\n+/, "");
}

function Configuration({ model }: { model: ModelDetail }) {
  const t = useTexts(texts);
  const entries = flatten(model.config ?? {});
  return (
    <dl class="pairs">
      {model.metrics?.command && (
        <>
          <dt>{t.command}</dt>
          <dd class="pairs__wide">
            <code>{model.metrics.command}</code>
          </dd>
        </>
      )}
      {model.metrics?.seed !== undefined && (
        <>
          <dt>{t.seed}</dt>
          <dd>{model.metrics.seed}</dd>
        </>
      )}
      {entries.map(([key, value]) => (
        <Fragment key={key}>
          <dt>
            <code>{key}</code>
          </dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

// Names as `--set` writes them: attention.score, classification_heads.0.name.
function flatten(config: Record<string, unknown>, prefix = ""): [string, string][] {
  return Object.entries(config).flatMap(([key, value]): [string, string][] => {
    if (value !== null && typeof value === "object") return flatten(value as Record<string, unknown>, `${prefix}${key}.`);
    return value === "" ? [] : [[prefix + key, String(value)]];
  });
}
