#pragma once

#include <string>
#include <string_view>

#include "store/event.h"

namespace heed::store {

// Throws invalid_argument (too_large where a limit of event.h is passed) unless every field of `event` is in
// order: needed ids there, texts UTF-8 without NUL, numbers finite and in range, `chosen` among the
// candidates, no candidate twice. The message begins with the field:
// "events[3].candidates[0].propensity: expected …, found …; …". `where` is the event's own path, "events[3]",
// or "".
void check_event(const Event& event, const std::string& where);

// The same for one text: UTF-8 without NUL, at most `max_bytes`; an id is not empty and has at most
// kMaxIdBytes.
void check_text(std::string_view text, const std::string& where, size_t max_bytes);
void check_id(std::string_view text, const std::string& where);

// Path of a field: "where.name", or "name" where `where` is empty.
std::string field_path(const std::string& where, std::string_view name);

}  // namespace heed::store
