import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { kDesktop, kLooks, launch, lookName, server, Visit, type Look } from "./browser";
import { SupportStandIn } from "./support_stand_in";

// The page "Support", before a stand-in for the application: what it shows and sends, not what is decided.

const kFailedRequest = /Failed to load resource/;
const kSupport = 4; // In the menu.

let browser: Browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

async function begin(look: Look, expected?: RegExp): Promise<{ visit: Visit; page: Page; support: SupportStandIn }> {
  const visit = await Visit.start(browser, look, expected);
  const support = new SupportStandIn();
  await support.serve(visit.page);
  return { visit, page: visit.page, support };
}

function fillQueue(support: SupportStandIn): void {
  support.wait("q1", "My transfer has not arrived and my rent is due tomorrow!", 95, { priority: "urgent" });
  support.wait("q2", "转账三天了还没有到账，我要人工客服", 4210);
  support.wait("q3", "Hello? Is anybody there?", 312, { tenant: "shop" });
  for (let i = 4; i < 9; i++) support.wait(`q${i}`, `Please call me back, number ${i}`, 60 - i);
}

async function say(page: Page, text: string): Promise<void> {
  const turns = await page.locator(".bubble--heed").count();
  await page.locator(".chat textarea").fill(text);
  await page.keyboard.press("Enter");
  await page.locator(".bubble--heed").nth(turns).waitFor();
}

const kQuestions = {
  en: ["Where is my refund of 25 €?", "What are the fees for cash abroad?", "Can you waive that, please?"],
  zh: ["我的退款 200 元什么时候到账？", "境外取现手续费是多少？", "请帮我减免，我要人工客服"],
};

async function walk(look: Look): Promise<void> {
  const { visit, page, support } = await begin(look);
  const [answered, quoted, handed] = kQuestions[look.language] as [string, string, string];
  await visit.open("");
  await page.locator("nav.nav a").nth(kSupport).waitFor();
  await visit.choose(kSupport);
  await page.locator(".queue__empty").waitFor();
  await visit.check("support-empty");

  fillQueue(support);
  await say(page, answered);
  assert.equal(await page.locator(".reading__text").textContent().then((text) => text!.replace("amount", "")), answered);
  assert.match((await page.locator(".intents .is-answered").innerText()).replaceAll(/\s+/g, " "), /refund_status.*95\.7%.*83\.0%/);
  assert.equal(await page.locator(".entity").count(), 1);
  await page.locator(".queue__line").first().waitFor();
  await visit.check("support-answered");

  await say(page, quoted);
  assert.deepEqual(await page.locator(".bubble__number").allTextContents(), ["[1]", "[1]"]);
  assert.equal(await page.locator(".passages .is-cited").count(), 2);
  await visit.check("support-quoted");

  await say(page, handed);
  await page.locator(".handover.is-waiting").waitFor();
  await page.locator(".suggestion").first().click();
  await visit.check("support-handed-over");
  await page.locator(".reply .button--main").click();
  await page.locator(".bubble--agent").waitFor();
  const { path, body } = support.sent.at(-1)!;
  assert.equal(path, "reply");
  assert.ok(body["text"]);
  assert.equal(body["text"], body["suggestion"]);
  await visit.check("support-replied");
  await visit.end();
}

for (const look of kLooks) test(`a customer is answered, quoted to and handed over: ${lookName(look)}`, () => walk(look));

for (const look of [kLooks[0]!, kLooks[7]!]) {
  test(`the queue shows who waits how long, and an agent takes, answers and closes: ${lookName(look)}`, async () => {
    const { visit, page, support } = await begin(look);
    fillQueue(support);
    await visit.open("#/support");
    await page.locator(".queue__line").nth(3).waitFor();
    assert.match(await page.locator(".queue__line").first().innerText(), /到账/);
    assert.equal(await page.locator(".queue__wait.is-long").count(), 2);
    assert.equal(await page.locator(".queue__line .tag--bad").count(), 1);
    await page.locator(".queue > .button").click();
    assert.equal(await page.locator(".queue__line").count(), 8);
    await visit.check("support-queue");
    await page.locator(".queue > .button").click();

    await page.locator(".agent-field input").fill("Mei 梅");
    await page.locator(".queue__line a").first().focus();
    await page.keyboard.press("Enter");
    await page.locator(".bubble--heed").waitFor();
    assert.equal(await page.locator(".chat textarea").count(), 0, "nobody speaks for another's customer");
    await page.locator(".handover__actions .button").first().click();
    await page.locator(".handover:not(.is-waiting)").waitFor();
    await page.locator(".reply textarea").fill("您好，我来处理。");
    await page.locator(".reply .button--main").click();
    await page.locator(".bubble--agent", { hasText: "您好，我来处理。" }).waitFor();
    await visit.check("support-taken");
    await page.locator(".handover__actions .button").last().click();
    await page.locator(".chat__note").waitFor();
    await page.locator(".reply").waitFor({ state: "detached" });
    assert.deepEqual(
      support.sent.map(({ path, body }) => [path, body["agent"], body["suggestion"]]),
      [
        ["take", "Mei 梅", undefined],
        ["reply", "Mei 梅", undefined],
        ["close", "Mei 梅", undefined],
      ],
    );
    await page.locator(".queue .segmented__option").nth(2).click();
    await page.locator(".queue__line", { hasText: "到账" }).waitFor();
    await visit.end();
  });
}

test("an agent takes whose turn it is, and a conversation is asked for as its tenant's", async () => {
  const { visit, page, support } = await begin(kDesktop);
  support.wait("first", "我要人工客服", 900, { tenant: "shop" });
  support.wait("second", "Hello?", 30);
  await visit.open("#/support");
  await page.locator(".queue__next").click();
  await page.locator(".bubble--customer", { hasText: "我要人工客服" }).waitFor();
  await page.locator(".reply textarea").fill("您好");
  await page.locator(".reply .button--main").click();
  await page.locator(".bubble--agent").waitFor();
  await page.locator(".handover__actions .button").last().click();
  await page.locator(".chat__note").waitFor();
  assert.deepEqual(
    support.sent.map(({ path, body }) => [path, body["tenant"]]),
    [
      ["take", undefined],
      ["reply", "shop"],
      ["close", "shop"],
    ],
  );
  await visit.end();
});

test("a correction takes one press, and says that it was recorded", async () => {
  const { visit, page, support } = await begin(kDesktop);
  await visit.open("#/support");
  await page.locator(".beginning button").first().click();
  await page.locator(".intents li").nth(1).locator("button").click();
  await page.locator(".intents button[aria-pressed=true]").waitFor();
  await page.locator(".correction__answer button").last().click();
  await page.locator(".correction__answer button[aria-pressed=true]").waitFor();
  const [first, second] = support.sent.slice(1);
  assert.deepEqual(first?.body, { decision_id: "d1", intent: "card_arrival", agent: "agent" });
  assert.deepEqual(second?.body, { decision_id: "d1", accepted: false, agent: "agent" });
  const other = page.locator(".correction select");
  const label = await other.locator("option").nth(1).innerText();
  await other.selectOption(label);
  await page.locator(".intents button[aria-pressed=true]").waitFor({ state: "detached" });
  assert.equal(support.sent.at(-1)?.body["intent"], label);
  await visit.check("support-corrected");
  await visit.end();
});

test("the whole desk can be reached by keyboard, and an earlier message's reading can be chosen", async () => {
  const { visit, page } = await begin(kDesktop);
  await visit.open("#/support");
  await page.locator(".chat textarea").focus();
  await page.keyboard.type("我的退款");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("在哪里");
  await page.keyboard.press("Enter");
  await page.locator(".bubble--heed").waitFor();
  assert.equal(await page.locator(".bubble--customer .bubble__text").first().textContent(), "我的退款\n在哪里");
  await say(page, "I lost my card");
  assert.match(await page.locator(".intents li").first().innerText(), /card_lost/);
  await page.locator(".bubble__why").first().focus();
  await page.keyboard.press("Enter");
  assert.match(await page.locator(".intents li").first().innerText(), /refund_status/);
  const stops = new Set<string>();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    stops.add(await page.evaluate(() => document.activeElement!.className.split(" ").at(-1)! || document.activeElement!.tagName));
  }
  for (const stop of ["bubble__why", "TEXTAREA", "button--quiet", "SELECT"]) assert.ok(stops.has(stop), `${stop}: ${[...stops].join()}`);
  await visit.end();
});

test("what customers and the server write is shown, never run", async () => {
  const { visit, page, support } = await begin(kDesktop);
  const markup = `<img src=x onerror="document.title='run'"> <script>alert(1)</script> {{7*7}}`;
  support.wait("<b>id</b>", markup, 10, { reason: markup, summary: markup });
  await visit.open("#/support");
  await page.locator(".queue__line a").click();
  await page.locator(".bubble--heed").waitFor();
  assert.equal(await page.locator(".bubble--customer .bubble__text").textContent(), markup);
  assert.equal(await page.locator(".main img, .main script").count(), 0);
  assert.match(await page.title(), /Support/);
  await visit.check("support-markup");
  await visit.end();
});

test("a message is not lost where the server is too busy, and it may be sent again", async () => {
  const { visit, page } = await begin(kDesktop, kFailedRequest);
  let asked = 0;
  await page.route(`${server}/v1/answer`, (route) => {
    if (++asked > 1) return route.fallback();
    return route.fulfill({ status: 429, headers: { "Retry-After": "1" }, json: { error: { message: "the queue is full", type: "overloaded", param: null, code: "overloaded" } } });
  });
  await visit.open("#/support");
  await page.locator(".chat textarea").fill("我的退款呢");
  await page.keyboard.press("Enter");
  await page.locator(".chat [role=alert]", { hasText: "the queue is full" }).waitFor();
  assert.equal(await page.locator(".chat textarea").inputValue(), "我的退款呢");
  await visit.check("support-busy");
  await page.locator(".chat .button--main").click();
  await page.locator(".bubble--heed").waitFor();
  assert.equal(await page.locator(".bubble--customer").count(), 1);
  await visit.end();
});

test("a server that goes away takes nothing from the desk, and the queue goes on when it is back", async () => {
  const { visit, page, support } = await begin(kDesktop, kFailedRequest);
  fillQueue(support);
  await visit.open("#/support?conversation=q2");
  await page.locator(".bubble--heed").waitFor();
  const gone = (route: { abort(why: string): Promise<void> }) => route.abort("connectionrefused");
  await page.route(`${server}/v1/**`, gone);
  await page.locator("main > [role=status] .notice").waitFor();
  assert.equal(await page.locator(".queue__line").count(), 4);
  assert.equal(await page.locator(".bubble").count(), 2);
  await visit.check("support-gone");
  support.conversations.get("q2")!.state = "closed";
  await page.unroute(`${server}/v1/**`, gone);
  await page.locator(".queue__line", { hasText: "到账" }).waitFor({ state: "detached" });
  await visit.end();
});

for (const look of [kLooks[0]!, kLooks[7]!]) {
  test(`a server without the application has no such page in its menu, and its address says how to get one: ${lookName(look)}`, async () => {
    const visit = await Visit.start(browser, look, kFailedRequest);
    const { page } = visit;
    const missing = { error: { message: "path: nothing there", type: "not_found", param: null, code: "not_found" } };
    await page.route(`${server}/openapi.json`, (route) => route.fulfill({ json: { paths: { "/v1/status": {} } } }));
    await page.route(`${server}/v1/support/**`, (route) => route.fulfill({ status: 404, json: missing }));
    const described = page.waitForResponse(`${server}/openapi.json`);
    await visit.open("");
    await described;
    await page.locator(".key-figure").first().waitFor();
    assert.equal(await page.locator("nav.nav a").count(), kSupport);
    await visit.open("#/support");
    assert.match(await page.locator(".snippet code").innerText(), /heed support train[\s\S]*v1\/reload/);
    assert.equal(await page.locator("nav.nav a").count(), kSupport + 1);
    await visit.check("support-none");
    await visit.end();
  });
}

test("a key without the scope to answer customers is told so", async () => {
  const { visit, page, support } = await begin(kDesktop, kFailedRequest);
  fillQueue(support);
  const refused = { error: { message: "key 'web': expected scope feedback", type: "forbidden", param: null, code: "forbidden" } };
  await page.route(`${server}/v1/support/conversations/*/take`, (route) => route.fulfill({ status: 403, json: refused }));
  await visit.open("#/support?conversation=q1");
  await page.locator(".handover__actions .button").first().click();
  await page.locator(".handover [role=alert]", { hasText: "expected scope feedback" }).waitFor();
  await visit.check("support-forbidden");
  await visit.end();
});
