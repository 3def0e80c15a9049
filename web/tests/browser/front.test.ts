import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import type { Statement } from "../../src/api/economy";
import { kDesktop, kLooks, launch, lookName, server, Visit, type Look } from "./browser";
import { MonitorStandIn } from "./monitor_stand_in";
import { SupportStandIn } from "./support_stand_in";

// The front page before stand-ins for what it tells about: minutes of the ledger, alerts and customers who wait.

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

const kLines: Statement["lines"] = [
  { key: "support", acquired: 0, allocated: 84.5, retained: 61, lost: 9.25 },
  { key: "monitor", acquired: 0, allocated: 32, retained: 30, lost: 0 },
  { key: "<b>Triage</b>", acquired: 0, allocated: 8, retained: 0, lost: 8 },
  { key: "", acquired: 160, allocated: 0, retained: 0, lost: 12 },
];

async function begin(look: Look, running: string[]): Promise<{ visit: Visit; page: Page; asked: URLSearchParams[] }> {
  const visit = await Visit.start(browser, look);
  const { page } = visit;
  const monitor = new MonitorStandIn();
  const support = new SupportStandIn();
  support.wait("q1", "My transfer has not arrived and my rent is due tomorrow!", 95, { priority: "urgent" });
  support.wait("q2", "转账三天了还没有到账，我要人工客服", 4210);
  await support.serve(page);
  await monitor.serve(page);
  const asked: URLSearchParams[] = [];
  await page.route(`${server}/v1/economy/ledger?*`, (route) => {
    asked.push(new URL(route.request().url()).searchParams);
    return route.fulfill({ json: { by: "task", lines: kLines } });
  });
  await page.route(`${server}/metrics`, (route) => route.fulfill({ body: ["# HELP", ...running.map((name) => `heed_${name}_waiting 2`)].join("\n") }));
  return { visit, page, asked };
}

async function walk(look: Look): Promise<void> {
  const { visit, page, asked } = await begin(look, ["monitor", "support"]);
  await visit.open("");
  await page.locator(".front tbody tr").nth(3).waitFor();
  await page.locator(".front__list li").nth(3).waitFor();
  assert.equal(Date.parse(asked[0]!.get("since")!), new Date().setHours(0, 0, 0, 0));
  assert.match(await page.locator(".front .key-figures").innerText(), /160[\s\S]*124\.5|125[\s\S]*91[\s\S]*29\.3/);
  assert.equal(await page.locator(".front b").count(), 0);
  assert.deepEqual(await page.locator(".front tbody a").evaluateAll((links) => links.map((link) => link.getAttribute("href"))), ["#/support", "#/monitor", "#/economy"]);
  await visit.check("front");
  await visit.end();
}

for (const look of kLooks) test(`today's minutes and what waits are told first: ${lookName(look)}`, () => walk(look));

test("an alert and a customer lead to where they are dealt with", async () => {
  const { visit, page } = await begin(kDesktop, ["monitor", "support"]);
  await visit.open("");
  const link = (part: number, row: number) => page.locator(".front__part").nth(part).locator("li a").nth(row);
  await link(0, 1).click();
  await page.locator(".alert button[aria-expanded=true]").waitFor();
  await page.goBack();
  await link(1, 0).click();
  await page.waitForURL(/#\/support\?conversation=q/);
  await visit.end();
});

test("what does not run is left out", async () => {
  const { visit, page } = await begin(kDesktop, ["support"]);
  await visit.open("");
  await page.locator(".front__part").first().waitFor();
  assert.equal(await page.locator(".front__part").count(), 1);
  assert.match(await page.locator(".front__part").innerText(), /Customers/);
  await visit.end();
});
