import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { ApiError, request, wasAborted } from "../../src/api/client";
import { serverKey } from "../../src/api/key";

const realFetch = globalThis.fetch;
const storage = new Map<string, string>();
Object.assign(globalThis, {
  sessionStorage: {
    getItem: (name: string) => storage.get(name) ?? null,
    setItem: (name: string, value: string) => void storage.set(name, value),
    removeItem: (name: string) => void storage.delete(name),
  },
});

afterEach(() => {
  globalThis.fetch = realFetch;
  serverKey.enter("");
});

// Answers with this, and keeps what was sent.
function answer(body: string, init: ResponseInit = {}): RequestInit[] {
  const sent: RequestInit[] = [];
  globalThis.fetch = (_, options) => {
    sent.push(options ?? {});
    return Promise.resolve(new Response(body, init));
  };
  return sent;
}

async function failure(): Promise<ApiError> {
  const problem: unknown = await request("v1/x").catch((thrown: unknown) => thrown);
  assert.ok(problem instanceof ApiError);
  return problem;
}

test("a body is sent as JSON with the key, and none is sent without either", async () => {
  const sent = answer("{}");
  await request("v1/x");
  serverKey.enter("k1");
  await request("v1/x", { body: { q: "文" } });
  const [first, second] = sent.map(({ method, body, headers }) => ({ method, body, headers }));
  assert.deepEqual(first, { method: undefined, body: undefined, headers: { Accept: "application/json" } });
  assert.deepEqual(second, {
    method: "POST",
    body: '{"q":"文"}',
    headers: { Accept: "application/json", Authorization: "Bearer k1", "Content-Type": "application/json" },
  });
});

test("what is to be deleted is asked for so", async () => {
  const [sent] = [answer("{}"), await request("v1/x/1", { method: "DELETE" })];
  assert.deepEqual(sent.map(({ method, body }) => [method, body]), [["DELETE", undefined]]);
});

test("an error carries the server's code and words, its request and when to come back", async () => {
  answer('{"error":{"message":"the queue is full","type":"overloaded","code":"overloaded","param":null}}', {
    status: 429,
    headers: { "Retry-After": "2", "X-Request-Id": "r1" },
  });
  const { status, code, message, requestId, retryAfterS, passes } = await failure();
  assert.deepEqual([status, code, message, requestId, retryAfterS, passes], [429, "overloaded", "the queue is full", "r1", 2, true]);
});

test("an answer that is no JSON, from a proxy say, is an error with its status", async () => {
  answer("<html>", { status: 502 });
  const refused = await failure();
  assert.deepEqual([refused.status, refused.code, refused.passes], [502, "http_502", true]);
  answer("<html>");
  assert.equal((await failure()).code, "corrupt_data");
});

test("no answer at all has status 0 and may pass", async () => {
  globalThis.fetch = () => Promise.reject(new TypeError("Failed to fetch"));
  const { status, passes } = await failure();
  assert.deepEqual([status, passes], [0, true]);
});

test("a request that was cancelled is no failure", async () => {
  const abort = new AbortController();
  abort.abort();
  const problem: unknown = await request("http://127.0.0.1:9/", { signal: abort.signal }).catch((thrown: unknown) => thrown);
  assert.ok(wasAborted(problem));
});

test("401 asks for a key, unless another one was entered meanwhile", async () => {
  answer("{}", { status: 401 });
  const late = failure();
  serverKey.enter("k2");
  await late;
  assert.equal(serverKey.value.wanted, false);
  await failure();
  assert.equal(serverKey.value.wanted, true);
  serverKey.enter("k3");
  assert.deepEqual([serverKey.value.wanted, storage.get("heed.key")], [false, "k3"]);
});
