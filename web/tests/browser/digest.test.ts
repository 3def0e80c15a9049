import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { kDesktop, kLooks, launch, lookName, Visit, type Look } from "./browser";
import { DigestStandIn } from "./digest_stand_in";

// The page "Digest", before a stand-in for the application: what it shows and sends, not what is chosen.

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

async function begin(look: Look): Promise<{ visit: Visit; page: Page; digest: DigestStandIn }> {
  const visit = await Visit.start(browser, look);
  const digest = new DigestStandIn();
  await digest.serve(visit.page);
  return { visit, page: visit.page, digest };
}

async function walk(look: Look): Promise<void> {
  const { visit, page, digest } = await begin(look);
  digest.notices = ["https://feed9.example/rss: expected a feed, found a page (HTML)"];
  await visit.open("");
  await page.locator("nav.nav a", { hasText: look.language === "zh" ? /^摘要$/ : /^Digest$/ }).click();
  await page.locator(".entry").nth(4).waitFor();
  await page.locator(".entry__also summary").click();
  await page.locator(".left-out summary").click();
  await visit.check("digest");
  await visit.end();
}

for (const look of kLooks) test(`a digest is read: ${lookName(look)}`, () => walk(look));

test("what feeds say is text, and leads nowhere but to the web", async () => {
  const { visit, page } = await begin(kDesktop);
  await visit.open("#/digest");
  await page.locator(".entry").nth(3).waitFor();
  assert.match(await page.locator(".entry__title").first().innerText(), /^<img src=x onerror=alert\(1\)> Harbour/);
  assert.match(await page.locator(".entry__summary").first().innerText(), /<script>alert\(2\)<\/script>/);
  assert.equal(await page.locator("main img, main script, main b").count(), 0);
  const links = await page.locator("main a").evaluateAll((all) => all.map((one) => one.getAttribute("href")!));
  assert.ok(links.length > 3 && links.every((link) => /^https:\/\//.test(link)), links.join());
  await visit.end();
});

test("minutes are moved and it is solved again; what is told is sent once and kept in sight", async () => {
  const { visit, page, digest } = await begin(kDesktop);
  await visit.open("#/digest");
  await page.locator(".entry").nth(3).waitFor();
  assert.deepEqual(digest.asked[0], { reader: "reader", minutes: 20, kept: false, preview: true });
  await page.locator(".slider input").fill("5");
  await page.locator(".entry").nth(2).waitFor({ state: "detached" });
  while (digest.asked.at(-1)!.preview) await page.waitForTimeout(100); // What was left standing is given, and logged.
  assert.match(await page.locator(".digest .facts").innerText(), /of 5 minutes[\s\S]*of 10 stories/);
  await page.locator(".entry__deeds button").nth(2).click();
  await page.locator(".entry__deeds button[aria-pressed=true]").waitFor();
  assert.deepEqual(digest.told, [{ reader: "reader", item: "s0", kind: "save", digest: "d1" }]);
  await page.locator(".digest-taste__topics input").fill("足球，economy");
  await page.keyboard.press("Enter");
  await page.locator(".digest-taste .field input").last().fill("李娜");
  const answered = page.waitForResponse((response) => response.url().endsWith("/v1/digest"));
  await page.keyboard.press("Enter");
  await answered;
  const last = digest.asked.at(-1)!;
  assert.deepEqual([last.reader, last.minutes, last.topics], ["李娜", 5, ["足球", "economy"]]);
  await page.reload();
  await page.locator(".entry").first().waitFor();
  assert.equal(digest.asked.at(-1)!.reader, "李娜");
  await page.locator(".slider input").fill("0");
  await page.locator(".digest p", { hasText: "Nothing fits" }).waitFor();
  await visit.check("digest-no-minutes");
  await visit.end();
});

test("a story that the server has forgotten is told with its words", async () => {
  const visit = await Visit.start(browser, kDesktop, /Failed to load resource/);
  const digest = new DigestStandIn();
  digest.forgets = true;
  await digest.serve(visit.page);
  await visit.open("#/digest");
  await visit.page.locator(".entry__deeds button").nth(1).click();
  await visit.page.locator(".entry__deeds button[aria-pressed=true]").waitFor();
  assert.match(digest.told.at(-1)!.title!, /^<img/);
  await visit.end();
});

test("a server that has found nothing says where to tell it to look", async () => {
  const { visit, page, digest } = await begin(kDesktop);
  digest.stories = [];
  await visit.open("#/digest");
  await page.locator(".snippet", { hasText: "feeds" }).waitFor();
  await visit.check("digest-nothing");
  await visit.end();
});
