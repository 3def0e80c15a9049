import { href } from "../../app/route";
import type { Model } from "../../api/types";
import type { Language } from "../../i18n/translations";
import { metricTexts, texts } from "./strings";

// NAME or NAME@VERSION, as addresses and selections write a model.
export interface ModelName {
  name: string;
  version?: number;
}

export function parseName(text: string): ModelName {
  const [, name, version] = /^(.*)@(\d+)$/.exec(text) ?? [];
  return name === undefined ? { name: text } : { name, version: Number(version) };
}

export function apiPath({ name, version }: ModelName): string {
  const model = `v1/models/${encodeURIComponent(name)}`;
  return version === undefined ? model : `${model}/versions/${version}`;
}

export function fullName({ id, version }: Pick<Model, "id" | "version">): string {
  return `${id}@${version}`;
}

export function modelHref(name: string, compareWith?: string): string {
  return href("models", [name], { with: compareWith });
}

// "mood/accuracy" is the accuracy of the head "mood".
export function metricName(metric: string, language: Language): string {
  const at = metric.lastIndexOf("/") + 1;
  const names: Record<string, string> = metricTexts[language];
  return metric.slice(0, at) + (names[metric.slice(at)] ?? metric.slice(at));
}

export function splitName(split: string, language: Language): string {
  const t = texts[language];
  const names: Record<string, string> = { train: t.trainSplit, valid: t.validSplit, test: t.testSplit, pretrain: t.pretrainSplit };
  return names[split] ?? split;
}
