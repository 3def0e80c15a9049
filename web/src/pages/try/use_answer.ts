import { useEffect, useState } from "preact/hooks";

import { wasAborted, type ApiError } from "../../api/client";
import { asApiError } from "../../api/resource";

const kQuietMs = 250; // Without a key pressed, before a request goes out.

export interface Answer<T> {
  answer?: T; // The last one that came for this model; it stays while the next one is asked for.
  text?: string; // What it answers.
  tookMs?: number;
  error?: ApiError;
  asking: boolean;
}

// Asks when typing pauses. What is typed meanwhile cancels the request before; one that the server was too busy for is sent again.
export function useAnswer<T>(text: string, model: string, ask: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [held, setHeld] = useState<Answer<T> & { model: string }>({ asking: false, model });

  useEffect(() => {
    if (!text.trim()) {
      setHeld({ asking: false, model });
      return;
    }
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const send = async () => {
      const sent = performance.now();
      try {
        const answer = await ask(abort.signal);
        if (abort.signal.aborted) return;
        setHeld({ answer, text, tookMs: performance.now() - sent, asking: false, model });
      } catch (problem) {
        if (wasAborted(problem) || abort.signal.aborted) return;
        const error = asApiError(problem);
        setHeld({ error, asking: false, model });
        if (error.passes) timer = setTimeout(send, (error.retryAfterS ?? 3) * 1000);
      }
    };
    setHeld((old) => (old.model === model ? { ...old, asking: true } : { asking: true, model }));
    timer = setTimeout(send, kQuietMs);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [text, model]);

  return held.model === model ? held : { asking: true };
}
