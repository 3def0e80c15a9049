import { Observable } from "./observable";

const kStored = "heed.agent";

class AgentName extends Observable<string> {
  constructor() {
    super(localStorage.getItem(kStored) ?? "");
  }

  enter(name: string): void {
    this.set(name);
    localStorage.setItem(kStored, name);
  }
}

// Under which an agent takes, answers and corrects on this browser.
export const agentName = new AgentName();

export const kUnnamed = "agent"; // Whatever the page's language: it stays the same person.

export function agentId(): string {
  return agentName.value.trim() || kUnnamed;
}
