import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser } from "playwright-core";

import { kDesktop, launch, Visit } from "./browser";
import { logEvents } from "./log_events";

// Preferences, and the page by keyboard alone.

let browser: Browser;

before(async () => {
  await logEvents();
  browser = await launch();
});

after(() => browser?.close());

test("language and theme are switched at once and remembered", async () => {
  const visit = await Visit.start(browser, kDesktop);
  const { page } = visit;
  await visit.open("#/models");
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.locator(".settings label", { hasText: "中文" }).click();
  await page.locator("h1", { hasText: "模型" }).waitFor();
  await page.locator(".settings label", { hasText: "深色" }).click();
  const dark = await paper();
  assert.notEqual(dark, light);
  await page.reload();
  await page.locator("h1", { hasText: "模型" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
  assert.equal(await page.title(), "模型 · Heed");
  assert.equal(await paper(), dark);
  await page.locator(".settings label", { hasText: "自动" }).click();
  assert.equal(await paper(), light);
  await visit.end();
});

test("the first stop of the Tab key skips the menu, and every stop can be seen", async () => {
  const visit = await Visit.start(browser, kDesktop);
  const { page } = visit;
  await visit.open("#/events");
  await page.locator(".event__line").first().waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "skip-link");
  for (let stop = 0; stop < 14; stop++) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const focused = document.activeElement!;
      const drawn = focused.matches("input[type=radio]") ? focused.nextElementSibling! : focused;
      return getComputedStyle(drawn).outlineStyle;
    });
    assert.equal(seen, "solid", `stop ${stop}`);
  }
  await page.locator(".skip-link").focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
  assert.match(page.url(), /#\/events$/);
  await visit.end();
});

test("arrow keys move along events and switches, and a new page takes the focus", async () => {
  const visit = await Visit.start(browser, kDesktop);
  const { page } = visit;
  await visit.open("#/events");
  await page.locator(".event__line").nth(2).waitFor();
  const at = () => page.evaluate(() => [...document.querySelectorAll(".event__line")].indexOf(document.activeElement!));
  await page.locator(".event__line").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await at(), 2);
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(".event__line").nth(2).getAttribute("aria-expanded"), "true");
  await page.keyboard.press("Home");
  assert.equal(await at(), 0);
  await page.locator(".filters input[type=radio]").first().focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForURL(/type=decision/);
  await page.locator("nav.nav a").nth(1).focus();
  await page.keyboard.press("Enter");
  await page.locator("tbody tr").first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
  await visit.end();
});
