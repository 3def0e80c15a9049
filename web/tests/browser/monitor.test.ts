import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { kDesktop, kLooks, launch, lookName, server, Visit, type Look } from "./browser";
import { MonitorStandIn } from "./monitor_stand_in";

// The page "Opinion", before a stand-in for the application: what it shows and sends, not what is detected.

const kFailedRequest = /Failed to load resource/;

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

async function begin(look: Look, expected?: RegExp): Promise<{ visit: Visit; page: Page; monitor: MonitorStandIn }> {
  const visit = await Visit.start(browser, look, expected);
  const monitor = new MonitorStandIn();
  await monitor.serve(visit.page);
  return { visit, page: visit.page, monitor };
}

// The page is drawn when its charts and its lists are.
async function settle(page: Page): Promise<void> {
  await page.locator(".chart canvas").nth(1).waitFor();
  await page.locator(".breakdowns tbody tr").nth(3).waitFor();
  await page.locator(".message").first().waitFor();
}

async function walk(look: Look): Promise<void> {
  const { visit, page, monitor } = await begin(look);
  monitor.problems = ["https://example.org/gone.xml: HTTP 404", "webhook: connection refused; 3 notifications wait"];
  await visit.open("");
  await page.locator("nav.nav a", { hasText: look.language === "zh" ? "舆情" : "Opinion" }).click();
  await settle(page);
  await page.locator(".problems li").nth(1).waitFor();
  assert.equal(await page.locator(".alert").count(), 2);
  await visit.check("monitor");

  await page.locator(".alert").nth(1).locator("button[aria-expanded]").click();
  await page.locator(".alert__reasons mark").first().waitFor();
  assert.equal(await page.locator(".alert__reasons b").count(), 0);
  assert.match(await page.locator(".alert__reasons").nth(1).innerText(), /63\.6%[\s\S]*21\.4%[\s\S]*27\.5[\s\S]*<b>everybody<\/b>/);
  await visit.check("monitor-reasons");

  await page.locator(".monitor-time label").nth(1).click();
  await page.locator(".replay input[type=range]").waitFor();
  await page.locator(".alerts").waitFor({ state: "hidden" });
  await page.locator(".chart canvas").nth(1).waitFor();
  await visit.check("monitor-replay");
  await visit.end();
}

for (const look of kLooks) test(`opinion is watched: ${lookName(look)}`, () => walk(look));

test("an alert is acknowledged by one press, silenced by another, and the focus goes on to the next", async () => {
  const { visit, page, monitor } = await begin(kDesktop);
  await visit.open("#/monitor");
  await settle(page);
  await page.locator(".agent-field input").fill("Mei 梅");
  await page.locator(".inline-field select").selectOption("480");
  await page.locator(".alert").first().locator("button").nth(1).click();
  await page.locator(".silences li").waitFor();
  await page.locator(".alert").first().locator("button").first().focus();
  await page.keyboard.press("Enter");
  await page.locator(".alert").nth(1).waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.closest(".alert")?.querySelector(".tag")?.textContent === "Critical");
  assert.deepEqual(monitor.sent, [
    { path: "silences", method: "POST", body: { minutes: 480, topic: "价格", entity: "*", event: "volume_burst", by: "Mei 梅" } },
    { path: "alerts/1700000000-00aa/acknowledge", method: "POST", body: { by: "Mei 梅" } },
  ]);
  await page.locator(".silences button").click();
  await page.locator(".silences").waitFor({ state: "detached" });
  assert.equal(monitor.sent.at(-1)?.method, "DELETE");
  await page.locator(".inbox .segmented__option").last().click();
  await page.locator(".alert", { hasText: "Acknowledged by Mei 梅" }).waitFor();
  await visit.check("monitor-acknowledged");
  await visit.end();
});

test("a topic is chosen from the table, and the address holds what is looked at", async () => {
  const { visit, page } = await begin(kDesktop);
  await visit.open("#/monitor");
  await settle(page);
  await page.locator(".breakdowns a", { hasText: "价格" }).click();
  await page.waitForURL(/topic=/);
  await page.locator(".message__facts .tag", { hasText: "service" }).first().waitFor({ state: "detached" });
  await page.locator(".trends .segmented__option").last().click();
  await page.waitForURL(/unit=day/);
  await page.locator(".chart__table").first().locator("summary").click();
  assert.ok((await page.locator(".chart__table tbody tr").count()) > 30);
  await visit.check("monitor-topic");
  await visit.end();
});

test("a replay plays from an alert's moment, by keyboard too, and shows nothing from behind it", async () => {
  const { visit, page } = await begin(kDesktop);
  await visit.open("#/monitor/alerts/1700000000-00ff");
  await settle(page);
  const second = page.locator(".alert").nth(1);
  assert.equal(await second.locator("button[aria-expanded]").getAttribute("aria-expanded"), "true");
  await second.locator("button", { hasText: "Show that moment" }).click();
  const slider = page.locator(".replay input[type=range]");
  await slider.waitFor();
  await page.waitForURL(/entity=Nokia/);
  await page.locator(".alert").nth(1).waitFor({ state: "detached" });
  assert.match(await page.locator(".alert__head").innerText(), /goes on/);
  const begun = Number(await slider.inputValue());
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(Number(await slider.inputValue()), begun + 3_600_000);
  await page.locator(".replay .button--main").click();
  await page.waitForFunction((from) => Number(document.querySelector<HTMLInputElement>(".replay input[type=range]")!.value) > from + 8 * 3_600_000, begun);
  await page.locator(".replay .button--main").click();
  await slider.fill(String(begun - 24 * 3_600_000));
  await page.locator(".alert").waitFor({ state: "detached" });
  await page.locator(".monitor-time label").first().click();
  await page.locator(".message").first().waitFor();
  await visit.end();
});

test("messages can be held while new ones come, a flood is one of them, and what is not counted says so", async () => {
  const { visit, page, monitor } = await begin(kDesktop);
  monitor.say("<img src=x onerror=alert(1)> from tomorrow", false, { fate: "ahead", cluster: 0, url: "javascript:alert(1)" });
  await visit.open("#/monitor");
  await settle(page);
  const first = page.locator(".message").first();
  assert.equal(await first.locator(".message__text").textContent(), "<img src=x onerror=alert(1)> from tomorrow");
  assert.equal(await first.locator(".tag", { hasText: "clock ahead" }).count(), 1);
  assert.equal(await first.locator("a").count(), 0);
  assert.equal(await page.locator(".main img").count(), 0);
  assert.equal(await page.locator(".message .tag", { hasText: /^6 times/ }).count(), 1);
  await page.locator(".stream .button").first().click();
  monitor.say("One more");
  monitor.say("And another");
  await page.locator(".stream .hint", { hasText: "2 new ones wait" }).waitFor();
  assert.match(await first.innerText(), /from tomorrow/);
  await page.locator(".stream .button").first().click();
  await page.locator(".message", { hasText: "And another" }).waitFor();
  await visit.end();
});

test("lines that could not be read are shown on demand, and a key that may not is told so", async () => {
  const { visit, page } = await begin(kDesktop, kFailedRequest);
  await visit.open("#/monitor");
  await settle(page);
  await page.locator(".unreadable button").click();
  assert.match(await page.locator(".unreadable code").innerText(), /"soon"/);
  const refused = { error: { message: "key 'web': expected scope admin", type: "forbidden", param: null, code: "forbidden" } };
  await page.route(`${server}/v1/monitor/unreadable?*`, (route) => route.fulfill({ status: 403, json: refused }));
  await page.locator(".unreadable button").click();
  await page.locator(".unreadable [role=alert]", { hasText: "expected scope admin" }).waitFor();
  await visit.check("monitor-unreadable");
  await visit.end();
});

for (const look of [kLooks[0]!, kLooks[7]!]) {
  test(`a watch without messages says how to send one, and a server that does not watch how to begin: ${lookName(look)}`, async () => {
    const { visit, page, monitor } = await begin(look, kFailedRequest);
    monitor.isEmpty = true;
    await visit.open("#/monitor");
    const shown = await page.locator(".snippet code").innerText();
    const { messages } = JSON.parse(/-d '(.*)'$/s.exec(shown)![1]!) as { messages: { ts: string; text: string }[] };
    assert.ok(messages.length === 2 && messages.every(({ ts, text }) => Number.isFinite(Date.parse(ts)) && text));
    await visit.check("monitor-empty");
    const off = { error: { message: "monitor: expected a server that watches, found one that does not; set apps.monitor.enabled = true", type: "unavailable", param: null, code: "unavailable" } };
    await page.route(`${server}/v1/monitor/**`, (route) => route.fulfill({ status: 503, json: off }));
    await page.locator(".snippet code", { hasText: "enabled = true" }).waitFor();
    await visit.check("monitor-off");
    await visit.end();
  });
}
