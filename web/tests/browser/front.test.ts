import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page, Route } from "playwright-core";

import type { MinuteMarket, Statement } from "../../src/api/economy";
import { kDesktop, kLooks, launch, lookName, server, Visit, type Look } from "./browser";
import { MonitorStandIn } from "./monitor_stand_in";
import { SupportStandIn } from "./support_stand_in";

// The front page before stand-ins for what it tells about: minutes of the ledger and their market, alerts and customers who wait.

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

// Twelve people, the dearest last; one is named as nobody should be.
const kMarket: MinuteMarket = {
  running: true,
  people: Array.from({ length: 12 }, (_, i) => ({
    person: i === 11 ? "<img src=x onerror=alert(1)>" : `人${i}`,
    group: "ops",
    minutes: 60,
    left: 45 - i,
    price: i / 8,
    used: { digest: 12, alerts: 3 + i },
    next: i > 8 ? { slates: 0.4 + i / 100 } : {},
  })),
  more: 37,
  tasks: [{ task: "digest", used: 144 }, { task: "alerts", used: 102, next: 0.08 }, { task: "slates", used: 0, next: 0.51 }],
};

async function begin(look: Look, running: string[], market: MinuteMarket | { running: false } = kMarket, expected?: RegExp): Promise<{ visit: Visit; page: Page; asked: URLSearchParams[] }> {
  const visit = await Visit.start(browser, look, expected);
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
  await page.route(`${server}/v1/economy/minutes`, (route) => route.fulfill({ json: market }));
  await page.route(`${server}/openapi.json`, async (route) => {
    const response = await route.fetch();
    const { paths } = (await response.json()) as { paths: Record<string, unknown> };
    const added = ["/v1/economy/minutes", "/v1/monitor/alerts", "/v1/support/conversations"].map((path) => [path, {}]);
    await route.fulfill({ response, json: { paths: { ...paths, ...Object.fromEntries(added) } } });
  });
  await page.route(`${server}/metrics`, (route) => route.fulfill({ body: ["# HELP", ...running.map((name) => `heed_${name}_waiting 2`)].join("\n") }));
  return { visit, page, asked };
}

function hrefs(page: Page, links: string): Promise<(string | null)[]> {
  return page.locator(`.front ${links}`).evaluateAll((found) => found.map((link) => link.getAttribute("href")));
}

async function walk(look: Look): Promise<void> {
  const { visit, page, asked } = await begin(look, ["monitor", "support"]);
  await visit.open("");
  await page.locator(".front tbody tr").nth(3).waitFor();
  await page.locator(".front__part li").nth(3).waitFor();
  assert.equal(Date.parse(asked[0]!.get("since")!), new Date().setHours(0, 0, 0, 0));
  assert.match(await page.locator(".front .key-figures").innerText(), /160[\s\S]*125[\s\S]*91[\s\S]*16\.3[\s\S]*29\.3/);
  assert.equal(await page.locator(".front b, .front img").count(), 0);
  assert.deepEqual(await hrefs(page, "tbody a"), ["#/support", "#/monitor", "#/economy", "#/digest", "#/monitor", "#/recommend"]);
  await visit.check("front");
  await visit.end();
}

for (const look of kLooks) test(`today's minutes and what waits are told first: ${lookName(look)}`, () => walk(look));

test("people are told with the dearest minute first, eight and then the others, and where the next would be worth most", async () => {
  const { visit, page } = await begin(kDesktop, []);
  await visit.open("");
  const people = page.locator(".front .person");
  await people.nth(7).waitFor();
  assert.equal(await people.count(), 8);
  assert.match(await people.first().innerText(), /<img src=x onerror=alert\(1\)>[\s\S]*1\.38[\s\S]*alerts 14[\s\S]*digest 12[\s\S]*34 of 60 min left[\s\S]*slates 0\.51/);
  assert.deepEqual((await hrefs(page, ".person:first-child a")).slice(1), ["#/monitor", "#/digest", "#/recommend"]);
  assert.match(await page.locator(".front").innerText(), /would be worth most in: slates \(0\.51\)\./);
  const more = page.locator(".front button[aria-expanded]");
  await more.focus();
  await page.keyboard.press("Enter");
  await people.nth(11).waitFor();
  assert.match(await page.locator(".front").innerText(), /37 others/);
  assert.equal(await more.getAttribute("aria-expanded"), "true");
  await page.keyboard.press("Enter");
  await people.nth(8).waitFor({ state: "detached" });
  await visit.end();
});

for (const look of [kLooks[0]!, kLooks[7]!]) {
  test(`a server without a market says how to begin one: ${lookName(look)}`, async () => {
    const { visit, page } = await begin(look, [], { running: false });
    await visit.open("");
    await page.locator(".front .notice").waitFor();
    assert.match(await page.locator(".front .snippet").innerText(), /\[apps\.economy\]\s+enabled = true/);
    assert.equal(await page.locator(".front .person").count(), 0);
    await page.locator(".front tbody tr").nth(3).waitFor();
    await visit.check("front-no-market");
    await visit.end();
  });
}

test("a key that may not see people's minutes is told so once", async () => {
  const { visit, page } = await begin(kDesktop, [], kMarket, /status of 403/);
  const refuse = (route: Route) => route.fulfill({ status: 403, json: { error: { message: "expected the scope admin", code: "forbidden" } } });
  await page.route(`${server}/v1/economy/**`, refuse);
  await visit.open("");
  await page.locator(".front [role=alert]").waitFor();
  await page.waitForTimeout(500);
  assert.equal(await page.locator(".front [role=alert]").count(), 1);
  assert.match(await page.locator(".front [role=alert]").innerText(), /may not do that[\s\S]*scope admin/);
  await visit.end();
});

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
