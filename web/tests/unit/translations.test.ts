import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";

import { build } from "esbuild";

import { preferredLanguage } from "../../src/i18n/language";
import { translations, type Texts, type Translations } from "../../src/i18n/translations";

// Every strings.ts of the page, those of pages to come too.
async function allTables(): Promise<[name: string, table: Translations<Texts>][]> {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => /(^|\/)strings\.ts$/.test(file));
  const found = await Promise.all(
    files.map(async (file) => {
      const { outputFiles } = await build({ entryPoints: [`src/${file}`], bundle: true, format: "esm", write: false });
      const module = (await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString("base64")}`)) as Record<string, Translations<Texts>>;
      return Object.entries(module).map(([name, table]): [string, Translations<Texts>] => [`${file} ${name}`, table]);
    }),
  );
  return found.flat();
}

function written(text: Texts[string]): string {
  return typeof text === "function" ? (text as (...values: string[]) => string)("1", "2") : text;
}

test("every text is there in both languages, and the Chinese one is in Chinese", async () => {
  const tables = await allTables();
  assert.ok(tables.length >= 7, `found only ${tables.map(([name]) => name).join()}`);
  for (const [name, { en, zh }] of tables) {
    assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort(), name);
    for (const key of Object.keys(en)) {
      assert.match(written(zh[key]!), /\p{Script=Han}|^、$/u, `${name}.${key}`);
      assert.doesNotMatch(written(en[key]!), /\p{Script=Han}/u, `${name}.${key}`);
    }
  }
});

test("a missing, an additional or a differently shaped translation does not compile", () => {
  // @ts-expect-error zh lacks "b".
  translations({ en: { a: "x", b: "y" }, zh: { a: "甲" } });
  // @ts-expect-error zh has "c" too many.
  translations({ en: { a: "x" }, zh: { a: "甲", c: "丙" } });
  // @ts-expect-error zh.a takes a number where en.a takes a text.
  translations({ en: { a: (n: string) => n }, zh: { a: (n: number) => `${n}` } });
});

test("the first of the browser's languages that the page speaks is taken", () => {
  const chosen = [["fr", "zh-TW", "en"], ["en-US", "zh"], ["fr"], ["zhx"], []].map(preferredLanguage);
  assert.deepEqual(chosen, ["zh", "en", "en", "en", "en"]);
});
