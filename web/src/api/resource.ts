import { useCallback, useEffect, useState } from "preact/hooks";

import { ApiError, wasAborted } from "./client";

const kRetryS = 5;

export interface Resource<T> {
  data: T | undefined; // Of the present inputs; what was there before stays while it is loaded again.
  error: ApiError | undefined;
  loading: boolean;
  reload(): void;
}

interface Held<T> {
  key: string; // Of the inputs that it belongs to.
  data?: T;
  error?: ApiError;
  loading: boolean;
}

export function asApiError(problem: unknown): ApiError {
  return problem instanceof ApiError ? problem : new ApiError(-1, "internal", String(problem));
}

// Loads when a component appears and whenever `inputs` change, cancelling the request before; a failure that passes is tried
// again by itself.
export function useResource<T>(load: (signal: AbortSignal) => Promise<T>, inputs: readonly (string | number)[]): Resource<T> {
  const key = JSON.stringify(inputs);
  const [attempt, setAttempt] = useState(0);
  const [held, setHeld] = useState<Held<T>>({ key, loading: true });
  const reload = useCallback(() => setAttempt((n) => n + 1), []);

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    setHeld((old) => (old.key === key ? { ...old, loading: true } : { key, loading: true }));
    load(abort.signal).then(
      (data) => setHeld({ key, data, loading: false }),
      (problem: unknown) => {
        if (wasAborted(problem) || abort.signal.aborted) return;
        const error = asApiError(problem);
        setHeld({ key, error, loading: false });
        if (error.passes) timer = setTimeout(reload, (error.retryAfterS ?? kRetryS) * 1000);
      },
    );
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [key, attempt]);

  const { data, error, loading }: Held<T> = held.key === key ? held : { key, loading: true };
  return { data, error, loading, reload };
}
