#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "store/event.h"

// Events as JSON, as the HTTP interface, streams and files have them:
//   {"type": "decision", "event_id", "ts"?, "tenant"?, "app", "subject"?, "context_hash"?,
//    "candidates": [{"id", "score", "propensity", "position"}], "chosen", "model"?, "version"?, "reason"?,
//    "minutes"?}
//   {"type": "outcome", "event_id", "decision_id", "ts"?, "kind", "value", "text"?, "tenant"?, "app"?,
//    "subject"?}
// Readers check every field (check_event.h) and refuse unknown ones with the nearest known. Messages begin
// with the path of the field and a colon: what stands before ": expected" is the field at fault.
namespace heed::store {

constexpr size_t kMaxEvents = 10'000;  // of one body

// One event; `ts` is `now_us` where it is missing. `where`: the event's path, "" for a body of its own.
Event event_from_json(const Json& json, const std::string& where, int64_t now_us);

// A body: {"events": [EVENT …]}, 1 to kMaxEvents of them, or one EVENT.
std::vector<Event> events_from_json(const Json& json, int64_t now_us);

// {"event_id"?, "decision_id", "rating"?, "correction"?, "comment"?, "ts"?, "tenant"?, "app"?, "subject"?},
// at least one of the three: one outcome each, of kind "rating" (value in [-1, 1]), "correction" or "comment"
// (the words in `text`, value 1). Their ids are event_id + "." + kind; without event_id, a new one.
std::vector<Event> feedback_from_json(const Json& json, int64_t now_us);

// The object above, with "ts"; optional fields that are empty are left out. The reader gives the same event
// again.
Json to_json(const Event& event);

Json to_json(const std::vector<Candidate>& candidates);
std::vector<Candidate> candidates_from_json(const Json& json, const std::string& where);

}  // namespace heed::store
