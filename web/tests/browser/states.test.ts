import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page, Route } from "playwright-core";

import type { Status } from "../../src/api/types";
import { ask, kDesktop, kLooks, launch, lookName, server, Visit, type Look } from "./browser";

// What the page shows when the server has nothing, refuses, or is gone: the real server, with answers exchanged on the way.

const kFailedRequest = /Failed to load resource/; // Chromium reports every 4xx and 5xx on its console.

let browser: Browser;
let status: Status;

before(async () => {
  status = await ask<Status>("v1/status");
  browser = await launch();
});

after(() => browser?.close());

function reply(page: Page, path: string, json: unknown, code = 200, headers: Record<string, string> = {}) {
  return page.route(`${server}/${path}`, (route) => route.fulfill({ status: code, headers, json }));
}

function problem(code: string, message: string) {
  return { error: { message, type: code, param: null, code } };
}

const kNoModels = { object: "list", data: [] };

async function withoutAnything(visit: Visit): Promise<void> {
  const { page } = visit;
  const quiet = status.traffic.map((second) => ({ ...second, requests: 0, errors: 0, rejected: 0, queue: 0 }));
  await reply(page, "v1/status", { ...status, ready: false, traffic: quiet, routes: [], models: [] });
  await reply(page, "v1/models", kNoModels);
  await reply(page, "v1/events?*", { events: [], next: null });
}

async function emptyWalk(look: Look): Promise<void> {
  const visit = await Visit.start(browser, look);
  const { page } = visit;
  await withoutAnything(visit);
  await visit.open("");
  await page.locator(".key-figure").first().waitFor();
  await page.locator(".notice a.button").waitFor();
  await visit.check("empty-overview");
  await visit.choose(1);
  assert.match(await page.locator(".snippet code").innerText(), /heed train [\s\S]*\/v1\/reload/);
  await visit.check("empty-models");
  for (const [tab, name] of ["translate", "classify"].entries()) {
    if (tab === 0) await visit.choose(2);
    await page.locator(".tabs a").nth(tab).click();
    await page.locator(".snippet", { hasText: "heed train" }).waitFor();
    await visit.check(`empty-${name}`);
  }
  await visit.choose(3);
  assert.match(await page.locator(".snippet code").innerText(), new RegExp(`curl ${server}/v1/events`));
  await visit.check("empty-events");
  await visit.end();
}

for (const look of kLooks) test(`an empty server says what to do: ${lookName(look)}`, () => emptyWalk(look));

test("the command that an empty log shows is one that the server takes", async () => {
  const visit = await Visit.start(browser, kDesktop);
  await reply(visit.page, "v1/events?*", { events: [], next: null });
  await visit.open("#/events");
  const shown = await visit.page.locator(".snippet code").innerText();
  const body: unknown = JSON.parse(/-d '(.*)'$/s.exec(shown)![1]!);
  const { accepted, duplicates } = await ask<{ accepted: number; duplicates: number }>("v1/events", body);
  assert.equal(accepted + duplicates, 2);
  await visit.end();
});

test("a filter that is being typed stays while events arrive", async () => {
  const visit = await Visit.start(browser, kDesktop);
  const { page } = visit;
  await visit.open("#/events");
  await page.locator(".filters").waitFor();
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route(`${server}/v1/events?*`, async (route) => {
    await held;
    await route.continue();
  });
  await page.locator(".page-head button").click();
  const field = page.locator(".filters .field input").first();
  await field.fill("no such application");
  const answered = page.waitForResponse(`${server}/v1/events?*`);
  release();
  await answered;
  await page.locator(".page-head button:enabled").waitFor();
  assert.equal(await field.inputValue(), "no such application");
  await page.keyboard.press("Enter");
  await page.waitForURL(/app=no/);
  await page.locator(".notice").waitFor();
  await visit.end();
});

// Answers only who shows the key.
function wantKey(key: string, seen: string[]) {
  return (route: Route) => {
    const { authorization: given = "", ...others } = route.request().headers();
    seen.push(given);
    const real = process.env["HEED_KEY"];
    if (given === `Bearer ${key}`) return route.continue({ headers: { ...others, ...(real ? { authorization: `Bearer ${real}` } : {}) } });
    return route.fulfill({ status: 401, json: problem("unauthenticated", "expected a key") });
  };
}

for (const look of [kLooks[0]!, kLooks[7]!]) {
  test(`a server with keys asks for one, refuses a wrong one, and forgets it on demand: ${lookName(look)}`, async () => {
    const visit = await Visit.start(browser, look, kFailedRequest);
    const { page } = visit;
    const seen: string[] = [];
    await page.addInitScript(() => sessionStorage.getItem("asked") ?? (sessionStorage.clear(), sessionStorage.setItem("asked", "1")));
    for (const path of ["v1/**", "openapi.json"]) await page.route(`${server}/${path}`, wantKey("right", seen));
    await visit.open("#/models");
    await page.locator(".key-form").waitFor();
    await visit.check("key-wanted");
    await page.locator(".key-form input").fill("wrong");
    await page.keyboard.press("Enter");
    await page.locator("h1", { hasText: /not know this key|不认识这个密钥/ }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "key");
    await page.keyboard.type("right");
    await page.keyboard.press("Enter");
    await page.locator("tbody tr").first().waitFor();
    assert.ok(seen.includes("") && seen.includes("Bearer wrong") && seen.includes("Bearer right"), seen.join());
    assert.equal(await page.evaluate(() => sessionStorage.getItem("heed.key")), "right");
    assert.equal(await page.evaluate(() => JSON.stringify({ ...localStorage }).includes("right")), false);
    await page.reload();
    await page.locator("tbody tr").first().waitFor();
    await page.locator(".settings .button").click();
    await page.locator(".key-form").waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.getItem("heed.key")), null);
    await visit.end();
  });
}

test("a server that has gone is told, and found again when it is back", async () => {
  for (const look of [kLooks[0]!, kLooks[7]!]) {
    const visit = await Visit.start(browser, look, kFailedRequest);
    const { page } = visit;
    await visit.open("");
    await page.locator(".key-figure").first().waitFor();
    await page.route(`${server}/v1/**`, (route) => route.abort("connectionrefused"));
    await page.locator("main > [role=status] .notice").waitFor();
    await visit.check("gone");
    await visit.choose(1);
    await page.locator("[role=alert]").waitFor();
    await visit.check("gone-models");
    await page.unroute(`${server}/v1/**`);
    await page.locator("tbody tr").first().waitFor();
    await page.locator("main > [role=status] .notice").waitFor({ state: "detached" });
    await visit.end();
  }
});

test("a busy server is asked again by itself after the time that it names", async () => {
  const visit = await Visit.start(browser, kDesktop, kFailedRequest);
  const { page } = visit;
  let asked = 0;
  await page.route(`${server}/v1/classify`, (route) => {
    if (++asked > 1) return route.continue();
    return route.fulfill({ status: 429, headers: { "Retry-After": "2", "X-Request-Id": "r-77" }, json: problem("overloaded", "the queue is full") });
  });
  await visit.open("#/try/classify");
  await page.locator("textarea").fill("我的卡丢了");
  const notice = page.locator("[role=alert] .notice");
  await notice.waitFor();
  assert.match(await notice.innerText(), /busy[\s\S]* 2 s[\s\S]*the queue is full[\s\S]*r-77/);
  await visit.check("busy");
  await page.locator(".labels li").first().waitFor();
  assert.equal(asked, 2);
  await visit.end();
});

// Faster than any pause, however busy the machine that runs the test.
function typeAtOnce(page: Page, steps: string[]): Promise<void> {
  return page.locator("textarea").evaluate((field, texts) => {
    for (const text of texts) {
      (field as HTMLTextAreaElement).value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }, steps);
}

test("typing sends one request when it pauses, and only the last answer is shown", async () => {
  const visit = await Visit.start(browser, kDesktop);
  const { page } = visit;
  const texts: string[] = [];
  await page.route(`${server}/v1/classify`, async (route) => {
    const { text } = route.request().postDataJSON() as { text: string };
    texts.push(text);
    if (text === "Where is my") await new Promise((done) => setTimeout(done, 1500)); // Slower than the one after it.
    const labels = [{ label: `about: ${text}`, probability: 1 }];
    await route.fulfill({ json: { model: "m", version: 1, results: [{ ...labels[0], labels }] } }).catch(() => undefined);
  });
  await visit.open("#/try/classify");
  const sent = page.waitForRequest(`${server}/v1/classify`);
  await typeAtOnce(page, ["W", "Where", "Where is my"]);
  await sent;
  await typeAtOnce(page, ["Where is my c", "Where is my card"]);
  await page.locator(".labels__name", { hasText: "about: Where is my card" }).waitFor();
  await page.waitForTimeout(1500);
  assert.equal(await page.locator(".labels__name").first().innerText(), "about: Where is my card");
  assert.deepEqual(texts, ["Where is my", "Where is my card"]);
  await visit.end();
});

const kRefusals: [code: number, name: string, shown: RegExp][] = [
  [403, "forbidden", /may not do that/],
  [500, "internal", /went wrong/],
  [503, "unavailable", /takes no requests/],
];

for (const [code, name, shown] of kRefusals) {
  test(`status ${code} is explained with the server's words and the request's number`, async () => {
    const visit = await Visit.start(browser, kDesktop, kFailedRequest);
    await reply(visit.page, "v1/events?*", problem(name, `words of ${code}`), code, { "X-Request-Id": `r-${code}` });
    await visit.open("#/events");
    const text = await visit.page.locator("[role=alert]").innerText();
    assert.match(text, shown);
    assert.match(text, new RegExp(`words of ${code}[\\s\\S]*r-${code}`));
    await visit.check(`failed-${code}`);
    await visit.end();
  });
}

test("an address that names no page leads back to one that is there", async () => {
  const visit = await Visit.start(browser, kDesktop);
  await visit.open("#/nowhere/1?x=%E0%A4%A");
  await visit.check("no-page");
  await visit.page.locator("main a.button").click();
  await visit.page.locator(".key-figure").first().waitFor();
  await visit.end();
});

test("markup in a model card is shown, never run", async () => {
  const visit = await Visit.start(browser, kDesktop);
  const { page } = visit;
  const card = "# m\n\n<img src=x onerror=alert(1)> <script>alert(2)</script>\n\n[click](javascript:alert(3)) [fine](https://example.org/)\n";
  const model = { id: "m", version: 1, versions: [1], aliases: [], task: "classify", state: "ready", architecture: "transformer_encoder", parameters: 1, weights: "fp32", heads: [], loaded_at: null, card };
  await reply(page, "v1/models/m", model);
  await visit.open("#/models/m");
  await page.locator(".markdown").waitFor();
  assert.match(await page.locator(".markdown").innerText(), /<img src=x onerror=alert\(1\)> <script>/);
  assert.deepEqual(await page.locator(".markdown a").evaluateAll((links) => links.map((link) => link.getAttribute("href"))), ["https://example.org/"]);
  assert.equal(await page.locator(".markdown img, .markdown script").count(), 0);
  await visit.check("bare-model");
  await visit.end();
});
