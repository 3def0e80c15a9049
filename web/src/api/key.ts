import { Observable } from "./observable";

const kStored = "heed.key";

export interface KeyState {
  key: string;
  wanted: boolean; // The server answered 401, and nobody has entered another key since.
  round: number; // Counts the keys entered: what was loaded under another one is loaded again.
}

// The key that requests carry. It lives as long as the browser's tab: it is never written to the disk.
class ServerKey extends Observable<KeyState> {
  constructor() {
    super({ key: read(), wanted: false, round: 0 });
  }

  enter(key: string): void {
    if (key) sessionStorage.setItem(kStored, key);
    else sessionStorage.removeItem(kStored);
    this.set({ key, wanted: false, round: this.value.round + 1 });
  }

  // An answer to a request that was sent before the present key was entered says nothing about it.
  refused(key: string): void {
    if (key === this.value.key && !this.value.wanted) this.set({ ...this.value, wanted: true });
  }
}

function read(): string {
  return typeof sessionStorage === "undefined" ? "" : (sessionStorage.getItem(kStored) ?? "");
}

export const serverKey = new ServerKey();
