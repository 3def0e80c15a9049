import { serverKey } from "./key";

// What went wrong with a request. `status` is 0 where no answer came at all.
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | null = null,
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
  }

  // Whether the same request may succeed a little later without anybody doing anything.
  get passes(): boolean {
    return [0, 429, 502, 503, 504].includes(this.status);
  }
}

export interface RequestOptions {
  body?: unknown; // Present: a POST of JSON.
  method?: "DELETE";
  signal?: AbortSignal;
}

// Path relative to the page, as v1/status, so that it works behind a proxy under a path too. Throws ApiError; an aborted
// request throws what fetch throws, which `wasAborted` knows.
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await answered(path, options);
  try {
    return (await response.json()) as T;
  } catch (problem) {
    if (wasAborted(problem)) throw problem;
    throw new ApiError(response.status, "corrupt_data", `${path}: expected JSON`, response.headers.get("X-Request-Id"));
  }
}

// What is no JSON, as it is.
export async function requestText(path: string, options: RequestOptions = {}): Promise<string> {
  return (await answered(path, options)).text();
}

async function answered(path: string, { body, method, signal }: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const key = serverKey.value.key;
  if (key) headers["Authorization"] = `Bearer ${key}`;
  const init: RequestInit = { headers, cache: "no-store", credentials: "same-origin" };
  if (signal) init.signal = signal;
  if (method) init.method = method;
  if (body !== undefined) {
    init.method = "POST";
    init.body = JSON.stringify(body);
    headers["Content-Type"] = "application/json";
  }
  const response = await reach(path, init);
  if (!response.ok) throw await failure(response, key);
  return response;
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (problem) {
    if (wasAborted(problem)) throw problem;
    throw new ApiError(0, "unreachable", problem instanceof Error ? problem.message : String(problem));
  }
}

async function failure(response: Response, key: string): Promise<ApiError> {
  if (response.status === 401) serverKey.refused(key);
  const retryAfter = Number(response.headers.get("Retry-After") ?? NaN);
  const details: unknown = await response.json().catch(() => null);
  const error = (details as { error?: { message?: unknown; code?: unknown } } | null)?.error;
  return new ApiError(
    response.status,
    typeof error?.code === "string" ? error.code : `http_${response.status}`,
    typeof error?.message === "string" ? error.message : response.statusText || `HTTP ${response.status}`,
    response.headers.get("X-Request-Id"),
    Number.isFinite(retryAfter) ? retryAfter : null,
  );
}

export function wasAborted(problem: unknown): boolean {
  return problem instanceof DOMException && problem.name === "AbortError";
}
