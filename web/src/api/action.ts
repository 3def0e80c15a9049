import { useState } from "preact/hooks";

import type { ApiError } from "./client";
import { asApiError } from "./resource";

export interface ActionState {
  busy: boolean;
  error: ApiError | undefined;
  // True where it went through.
  run(act: () => Promise<void>): Promise<boolean>;
}

// Something that a person does once: what went wrong stays until the next attempt.
export function useAction(): ActionState {
  const [state, setState] = useState<{ busy: boolean; error: ApiError | undefined }>({ busy: false, error: undefined });
  const run = async (act: () => Promise<void>) => {
    setState({ busy: true, error: undefined });
    try {
      await act();
      setState({ busy: false, error: undefined });
      return true;
    } catch (problem) {
      setState({ busy: false, error: asApiError(problem) });
      return false;
    }
  };
  return { ...state, run };
}
