import { request } from "./client";
import { Observable } from "./observable";
import { statusState } from "./status";

// Paths that the server answers, as /openapi.json has them; undefined before it has said so. An application brings its own.
export const offeredRoutes = new Observable<ReadonlySet<string> | undefined>(undefined);

// Asks once, as soon as the server answers: a status that comes says that it does, and that the key fits. Returns what ends it.
export function watchOffer(): () => void {
  let asking = false;
  const ask = async () => {
    const { status, error } = statusState.value;
    if (asking || !status || error || offeredRoutes.value) return;
    asking = true;
    try {
      const { paths } = await request<{ paths: Record<string, unknown> }>("openapi.json");
      offeredRoutes.set(new Set(Object.keys(paths)));
    } catch {
      // The next status asks again.
    }
    asking = false;
  };
  void ask();
  return statusState.subscribe(() => void ask());
}
