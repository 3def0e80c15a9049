#pragma once

#include <string>

#include "base/json.h"
#include "model/config.h"

namespace heed {

// heads/<name>.json: labels in order and temperature.
Json head_to_json(const HeadConfig& head);

// Fills labels and temperature of `head`. Throws corrupt_data or unsupported naming `where` and the field.
void read_head_json(const Json& json, const std::string& where, HeadConfig& head);

// The same of the other kinds: a temperature; labels alone, which are the entities; items and kinds of
// events.
Json head_to_json(const MatchingConfig& head);
Json head_to_json(const TaggingConfig& head);
Json head_to_json(const SequenceConfig& head);
void read_head_json(const Json& json, const std::string& where, MatchingConfig& head);
void read_head_json(const Json& json, const std::string& where, TaggingConfig& head);
void read_head_json(const Json& json, const std::string& where, SequenceConfig& head);

}  // namespace heed
