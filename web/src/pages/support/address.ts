import type { ConversationKey, ConversationState } from "../../api/support";
import { href } from "../../app/route";

export const kStates = ["waiting", "open", "closed"] as const satisfies readonly ConversationState[];

// Which list is shown and which conversation is open stand in the address, after its question mark: the page does not move
// its focus while one is written.
export function supportHref(state: ConversationState, { id, tenant }: ConversationKey): string {
  return href("support", [], { state: state === "waiting" ? "" : state, conversation: id, tenant });
}
