import { agentName, kUnnamed } from "../api/agent";
import { useObservable } from "../api/observable";

// Under which name whoever sits here acts; kept by this browser.
export function AgentField({ label }: { label: string }) {
  const name = useObservable(agentName);
  return (
    <label class="field agent-field">
      <span class="field__label">{label}</span>
      <input autocomplete="off" value={name} placeholder={kUnnamed} onInput={(event) => agentName.enter(event.currentTarget.value)} />
    </label>
  );
}
