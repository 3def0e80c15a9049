#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/support/dataset.h"

namespace heed::apps::support {

// Whether a JSONL text holds conversations: its first object has "turns" or "conversation".
bool holds_conversations(std::string_view text);

// Past conversations, one JSON object a line: a turn {"conversation", "from", "text", "ts"?}, turns of
// several conversations in any order; or a whole one {"id"?, "turns": [{"from", "text", "ts"?}, …]}. `from`
// is customer (or user, client, visitor), agent (human, operator, staff) or bot (heed, assistant, system).
// Turns are put in order of ts where each has one; turns without text are left out. Other keys are not looked
// at. Throws corrupt_data "FILE:LINE: …".
std::vector<PastConversation> read_conversations(std::string_view text, const std::string& file);

}  // namespace heed::apps::support
