import { ApiError, request } from "./client";
import { serverKey } from "./key";
import { Observable } from "./observable";
import { asApiError } from "./resource";
import type { Status } from "./types";

const kEveryMs = 2000;
const kLongestWaitMs = 10_000;

export interface StatusState {
  status?: Status; // The last one that came.
  error?: ApiError; // Why none came since.
}

export const statusState = new Observable<StatusState>({});

// Asks every two seconds while the page can be seen, more rarely while the server does not answer, and not at all while it
// wants a key. Returns what ends it.
export function watchStatus(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = true;
  let asking = false;
  let failures = 0;

  const ask = async () => {
    clearTimeout(timer);
    if (asking || document.hidden || serverKey.value.wanted) return;
    asking = true;
    let wait = kEveryMs;
    try {
      statusState.set({ status: await request<Status>("v1/status") });
      failures = 0;
    } catch (problem) {
      const error = asApiError(problem);
      wait = Math.max((error.retryAfterS ?? 0) * 1000, Math.min(kEveryMs * 2 ** failures++, kLongestWaitMs));
      statusState.set({ ...statusState.value, error });
    }
    asking = false;
    if (running) timer = setTimeout(ask, wait);
  };

  void ask();
  document.addEventListener("visibilitychange", ask);
  const stopListening = serverKey.subscribe(() => void ask());
  return () => {
    running = false;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", ask);
    stopListening();
  };
}
