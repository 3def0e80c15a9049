import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser } from "playwright-core";

import type { Model } from "../../src/api/types";
import { ask, kLooks, launch, lookName, Visit, type Look } from "./browser";
import { logEvents } from "./log_events";
import { sendMessages } from "./send_messages";

const kSentence = "A woman in a red coat is reading a newspaper."; // The small models of tests/infer/golden do not answer it with nothing.

let browser: Browser;
let translator: Model;
let classifier: Model;
let watches: boolean; // Whether the server watches opinion.

before(async () => {
  const { data } = await ask<{ data: Model[] }>("v1/models");
  const find = (task: string) => {
    const found = data.find((model) => model.task === task && model.state === "ready");
    assert.ok(found, `these tests need a server with a model that can ${task}, found none: tests/browser/README.md`);
    return found;
  };
  [translator, classifier] = [find("translate"), find("classify")];
  await logEvents();
  watches = await sendMessages();
  browser = await launch();
});

after(() => browser?.close());

async function overview(visit: Visit): Promise<void> {
  await visit.choose(0);
  const { page } = visit;
  await page.locator(".key-figure").first().waitFor();
  assert.equal(await page.locator(".key-figure").count(), 6);
  await page.locator(".chart canvas").nth(2).waitFor();
  const table = page.locator(".chart__table").first();
  await table.locator("summary").click();
  await table.locator("tbody tr").first().waitFor();
  await table.locator("summary").click();
  await visit.check("overview");
  const refreshed = await page.waitForResponse((response) => response.url().endsWith("/v1/status"), { timeout: 6000 });
  assert.equal(refreshed.status(), 200);
}

async function models(visit: Visit): Promise<void> {
  await visit.choose(1);
  const { page } = visit;
  await page.locator("tbody tr").first().waitFor();
  await visit.check("models");
  await page.locator("tbody a", { hasText: classifier.id }).first().click();
  await page.locator(".markdown, .columns .hint").first().waitFor();
  await visit.check("model");
  const compare = page.locator(".page-head select").last();
  const other = await compare.locator("option").nth(1).innerText();
  await compare.selectOption(other);
  await page.locator("thead th", { hasText: other }).first().waitFor();
  await page.locator(".chart__legend li", { hasText: other }).first().waitFor();
  await visit.check("model-compared");
}

async function translating(visit: Visit): Promise<void> {
  await visit.choose(2);
  const { page } = visit;
  await page.locator(".tabs a").first().click();
  const name = `${translator.id}@${translator.version}`;
  await page.locator(".model-choice select").selectOption(name);
  await page.locator("textarea").pressSequentially(kSentence, { delay: 10 });
  await page.locator(".heat-map td[title]").first().waitFor();
  const expected = await ask<{ translatedText: string }>("v1/translate", { q: kSentence, model: name, alternatives: 2 });
  await page.locator(".translation p", { hasText: expected.translatedText }).waitFor();
  await page.locator(".linked__target").first().focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator(".linked__target").nth(1).getAttribute("aria-pressed"), "true");
  await visit.check("translate");
}

async function classifying(visit: Visit): Promise<void> {
  const { page } = visit;
  await page.locator(".tabs a").nth(1).click();
  await page.locator(".model-choice select").selectOption(`${classifier.id}@${classifier.version}`);
  await page.locator(".example").nth(visit.look.language === "zh" ? 2 : 0).click();
  await page.locator(".marked mark").first().waitFor();
  const typed = await page.locator("textarea").inputValue();
  assert.equal(await page.locator(".marked").first().textContent(), typed);
  assert.match((await page.locator(".labels__share").first().textContent())!, /^\d+\.\d%$/);
  await visit.check("classify");
}

async function events(visit: Visit): Promise<void> {
  await visit.choose(3);
  const { page } = visit;
  await page.locator(".event__line").nth(49).waitFor();
  await page.locator(".event__line").nth(1).click();
  await page.locator(".event__detail").waitFor();
  await visit.check("events");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(".event__detail").count(), 2);
  await page.locator(".events-foot button").click();
  await page.locator(".event__line").nth(50).waitFor();
  await page.locator(".filters .field input").first().fill("walk");
  await page.keyboard.press("Enter");
  await page.waitForURL(/app=walk/);
  await page.locator(".event__kind", { hasText: "walk" }).first().waitFor();
  await page.locator(".filters .field input").first().fill("no such application");
  await page.keyboard.press("Enter");
  await page.locator(".notice").waitFor();
  await visit.check("events-nothing-fits");
}

// By the menu, whose entries depend on what the server has.
async function chooseNamed(visit: Visit, name: string): Promise<boolean> {
  const link = visit.page.locator(`nav.nav a[href="#/${name}"]`);
  if ((await link.count()) === 0) return false;
  await link.click();
  await visit.page.locator("main h1").first().waitFor();
  return true;
}

async function opinion(visit: Visit): Promise<void> {
  if (!watches || !(await chooseNamed(visit, "monitor"))) return;
  const { page } = visit;
  await page.locator(".chart canvas").nth(1).waitFor();
  await page.locator(".message").nth(9).waitFor();
  await page.locator(".breakdowns tbody tr").nth(1).waitFor();
  await visit.check("opinion");
}

async function economy(visit: Visit): Promise<void> {
  assert.ok(await chooseNamed(visit, "economy"), "expected the page Economy in the menu, found none");
  const { page } = visit;
  await page.locator(".chart__canvas canvas").nth(1).waitFor();
  await page.locator(".economy-interval").nth(1).waitFor();
  await page.locator(".economy tbody tr").first().waitFor();
  const value = page.locator(".economy [role=status] strong").first();
  const before = await value.innerText();
  await page.locator(".slider input").first().fill("0");
  await page.waitForFunction((was) => document.querySelector(".economy [role=status] strong")?.textContent !== was, before);
  await visit.check("economy");
}

function walk(look: Look): () => Promise<void> {
  return async () => {
    const visit = await Visit.start(browser, look);
    await visit.open("");
    assert.equal(await visit.page.locator("html").getAttribute("lang"), look.language === "zh" ? "zh-CN" : "en");
    for (const part of [overview, models, translating, classifying, events, opinion, economy]) await part(visit);
    await visit.end();
  };
}

for (const look of kLooks) test(`every page can be walked through: ${lookName(look)}`, walk(look));
