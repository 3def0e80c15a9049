import { useCallback, useEffect, useState } from "preact/hooks";

import { wasAborted, type ApiError } from "./client";
import { asApiError } from "./resource";

const kRetryMs = 5000;

export interface Polled<T> {
  data: T | undefined; // The last that came for the present inputs; it stays while the server is away.
  error: ApiError | undefined; // Why none came since.
  reload(): void;
}

interface Held<T> {
  key: string; // Of the inputs that it belongs to.
  data?: T;
  error?: ApiError;
}

// Loads again and again while the page can be seen. A failure that does not pass by itself ends it, until `reload` or other
// inputs.
export function usePolled<T>(load: (signal: AbortSignal) => Promise<T>, inputs: readonly string[], everyMs: number): Polled<T> {
  const key = JSON.stringify(inputs);
  const [attempt, setAttempt] = useState(0);
  const [held, setHeld] = useState<Held<T>>({ key });
  const reload = useCallback(() => setAttempt((n) => n + 1), []);

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asking = false;
    let ended = false;
    const ask = async () => {
      clearTimeout(timer);
      if (asking || ended || document.hidden) return;
      asking = true;
      let wait = everyMs;
      try {
        const data = await load(abort.signal);
        if (abort.signal.aborted) return;
        setHeld({ key, data });
      } catch (problem) {
        if (wasAborted(problem) || abort.signal.aborted) return;
        const error = asApiError(problem);
        setHeld((old) => (old.key === key ? { ...old, error } : { key, error }));
        ended = !error.passes;
        wait = (error.retryAfterS ?? 0) * 1000 || kRetryMs;
      }
      asking = false;
      timer = setTimeout(ask, wait);
    };
    void ask();
    document.addEventListener("visibilitychange", ask);
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", ask);
    };
  }, [key, attempt]);

  const { data, error }: Held<T> = held.key === key ? held : { key };
  return { data, error, reload };
}
