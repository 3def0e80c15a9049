import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { kDesktop, kLooks, launch, lookName, Visit, type Look } from "./browser";
import { RecommendStandIn } from "./recommend_stand_in";

// The page "Recommend", before a stand-in for the application: what it shows and asks for, not what a model would say.

const kFailedRequest = /Failed to load resource/;

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

async function begin(look: Look, expected?: RegExp): Promise<{ visit: Visit; page: Page; recommend: RecommendStandIn }> {
  const visit = await Visit.start(browser, look, expected);
  const recommend = new RecommendStandIn();
  await recommend.serve(visit.page);
  return { visit, page: visit.page, recommend };
}

const titles = (page: Page) => page.locator(".slate__title").allInnerTexts();

async function walk(look: Look): Promise<void> {
  const { visit, page } = await begin(look);
  await visit.open("");
  await page.locator("nav.nav a", { hasText: look.language === "zh" ? /^推荐$/ : /^Recommend$/ }).click();
  await page.locator(".slate__place").nth(9).waitFor();
  await page.locator(".chart canvas").first().waitFor();
  await page.locator(".past__event").nth(11).waitFor();
  assert.deepEqual(await page.locator(".slate__title mark").first().allInnerTexts(), ["Goodbye"]);
  assert.equal(await page.locator(".slate b").count(), 0);
  assert.equal(await page.locator(".past__share").count(), 2);
  await visit.check("recommend");
  await page.locator(".slate__place").first().locator("button[aria-expanded]").click();
  await page.locator(".slate__words li").nth(2).waitFor();
  await page.locator(".slider input").first().fill("0.9");
  await page.locator(".slate .slate__move").first().waitFor();
  await visit.check("recommend-moved");
  await visit.end();
}

for (const look of kLooks) test(`a slate is looked at and moved: ${lookName(look)}`, () => walk(look));

test("a slider ranks again at once, nothing is shown to anybody, and the server's settings come back", async () => {
  const { visit, page, recommend } = await begin(kDesktop);
  await visit.open("#/recommend");
  await page.locator(".slate__place").nth(9).waitFor();
  const before = await titles(page);
  assert.equal(await page.locator(".slider").count(), 4); // Diversity, two goals that are fitted, freshness.
  await page.locator(".slider input").nth(2).fill("5");
  await page.locator(".slate__move").first().waitFor();
  assert.notDeepEqual(await titles(page), before);
  const last = recommend.asked.at(-1)!;
  assert.deepEqual(last.goals, { click: 1, share: 5 });
  assert.ok(recommend.asked.every(({ preview, exploration }) => preview === true && exploration === 0));
  assert.ok(last.frontier!.includes(0.3) && last.frontier!.length === 11);
  await page.locator(".recommend-wishes .button--quiet").click();
  await page.locator(".slate__move").first().waitFor({ state: "detached" });
  assert.deepEqual(await titles(page), before);
  await visit.end();
});

test("an item leads to the past one that it is most like, and one that is supposed taken is history until it is taken back", async () => {
  const { visit, page, recommend } = await begin(kDesktop);
  await visit.open("#/recommend?user=ann");
  await page.locator(".slate__place").first().locator(".link").click();
  await page.waitForFunction(() => (document.activeElement as HTMLElement).dataset["item"] === "h0");
  await page.locator(".slate__place").first().locator(".slate__actions button").nth(1).click();
  await page.locator(".past__event", { hasText: "supposed" }).waitFor();
  await page.locator(".slate__title", { hasText: "The Long Goodbye" }).waitFor({ state: "detached" });
  assert.deepEqual(recommend.asked.at(-1)!.session?.map(({ item }) => item), ["m1"]);
  await page.locator(".past__event", { hasText: "supposed" }).locator("button").click();
  await page.locator(".slate__title", { hasText: "The Long Goodbye" }).waitFor();
  await visit.end();
});

test("another person is asked for by name, and one whom nobody knows is told so", async () => {
  const { visit, page, recommend } = await begin(kDesktop);
  await visit.open("#/recommend");
  await page.locator(".recommend-person input").fill("nobody");
  await page.keyboard.press("Enter");
  await page.waitForURL(/user=nobody/);
  await page.locator(".recommend-history .hint", { hasText: "Nothing is known" }).waitFor();
  assert.equal(recommend.asked.at(-1)!.user, "nobody");
  await visit.check("recommend-nobody");
  await visit.end();
});

test("without a model the page says how to get one, and without people how to send the first event", async () => {
  const { visit, page, recommend } = await begin(kDesktop, kFailedRequest);
  recommend.hasModel = false;
  await visit.open("#/recommend");
  await page.locator(".snippet", { hasText: "heed recommend train" }).waitFor();
  await visit.check("recommend-off");
  recommend.hasModel = true;
  recommend.offer = { ...recommend.offer, some: [], people: 0, goals: [{ goal: "click", worth: 1, fitted: false }] };
  await page.reload();
  await page.locator(".snippet", { hasText: "api/feedback" }).waitFor();
  await visit.check("recommend-first");
  await page.locator(".recommend-person input").fill("ann");
  await page.keyboard.press("Enter");
  await page.locator(".recommend-wishes .hint", { hasText: "heed recommend fit" }).waitFor();
  await visit.end();
});
