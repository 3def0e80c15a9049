import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import axe from "axe-core";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

const base = process.env["HEED_URL"]?.replace(/\/$/, "");
if (!base) throw new Error("HEED_URL: expected the address of a running heed serve, found none; tests/browser/README.md");
export const server: string = base;

const headers: Record<string, string> = process.env["HEED_KEY"] ? { Authorization: `Bearer ${process.env["HEED_KEY"]}` } : {};

// Asks the server itself, as the tests need it to prepare and to compare.
export async function ask<T>(path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { headers: { ...headers, "Content-Type": "application/json" } };
  if (body !== undefined) Object.assign(init, { method: "POST", body: JSON.stringify(body) });
  const response = await fetch(`${server}/${path}`, init);
  assert.ok(response.ok, `${path}: expected an answer, found ${response.status} ${await response.clone().text()}`);
  return (await response.json()) as T;
}

export async function askText(path: string): Promise<string> {
  return (await fetch(`${server}/${path}`, { headers })).text();
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  });
}

export interface Look {
  language: "en" | "zh";
  theme: "light" | "dark";
  width: number;
}

export const kDesktop: Look = { language: "en", theme: "light", width: 1280 };

export const kLooks: Look[] = [1280, 360].flatMap((width) =>
  (["en", "zh"] as const).flatMap((language) => (["light", "dark"] as const).map((theme) => ({ language, theme, width }))),
);

export function lookName({ language, theme, width }: Look): string {
  return `${width}-${language}-${theme}`;
}

// A page of its own that remembers everything that went wrong on it.
export class Visit {
  private readonly problems_: string[] = [];

  private constructor(
    readonly page: Page,
    readonly look: Look,
    private readonly expected_: RegExp | undefined,
  ) {}

  // `expected`: the one console error that belongs to the test, as Chromium words a failed request.
  static async start(browser: Browser, look: Look, expected?: RegExp): Promise<Visit> {
    const options: BrowserContextOptions = {
      viewport: { width: look.width, height: look.width > 700 ? 860 : 740 },
      locale: look.language === "zh" ? "zh-CN" : "en-GB",
      colorScheme: look.theme,
      hasTouch: look.width < 700,
    };
    const context = await browser.newContext(options);
    context.setDefaultTimeout(30_000);
    const key = process.env["HEED_KEY"];
    if (key) await context.addInitScript((value) => sessionStorage.getItem("heed.key") ?? sessionStorage.setItem("heed.key", value), key);
    await context.addInitScript(() =>
      addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)),
    );
    const visit = new Visit(await context.newPage(), look, expected);
    visit.listen();
    return visit;
  }

  private listen(): void {
    this.page.on("console", (message) => {
      if (message.type() !== "error" || this.expected_?.test(message.text())) return;
      this.problems_.push(`console: ${message.text()} ${message.location().url}`);
    });
    this.page.on("pageerror", (error) => this.problems_.push(`page error: ${error.stack ?? error.message}`));
    this.page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http") && url.origin !== new URL(server).origin) this.problems_.push(`other origin: ${url.href}`);
    });
  }

  async open(address: string): Promise<void> {
    await this.page.goto(`${server}/${address}`);
    await this.page.locator("h1").first().waitFor();
  }

  // Follows the menu, as a user would.
  async choose(place: number): Promise<void> {
    await this.page.locator("nav.nav a").nth(place).click();
    await this.page.locator("main h1").first().waitFor();
  }

  // Nothing is wider than the window, nothing is inaccessible, and nothing went wrong so far. Keeps a picture under
  // HEED_SHOTS, where that is given.
  async check(name: string): Promise<void> {
    const where = `${name} ${lookName(this.look)}`;
    const overflow = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${where}: ${overflow} pixels wider than the window`);
    await this.picture(name);
    await this.checkAccessibility(where);
    assert.deepEqual(this.problems_, [], where);
  }

  private async checkAccessibility(where: string): Promise<void> {
    await this.page.evaluate(axe.source);
    const violations = await this.page.evaluate(async () => {
      const found = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      });
      return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`);
    });
    assert.deepEqual(violations, [], where);
  }

  private async picture(name: string): Promise<void> {
    const folder = process.env["HEED_SHOTS"];
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}-${lookName(this.look)}.png`), fullPage: true });
  }

  async end(): Promise<void> {
    assert.deepEqual(this.problems_, []);
    await this.page.context().close();
  }
}
