#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "apps/event_time.h"
#include "apps/feed.h"
#include "base/json.h"

// What people said, as it comes in.
namespace heed::apps::monitor {

struct Message {
  int64_t ts_us = 0;     // when it was said, UTC
  std::string source{};  // where: a feed, a forum; "" is kept as "unknown"
  std::string id{};      // given by the source, or made of source, time and text
  std::string text{};
  std::string url{};
  std::string author{};
  std::string lang{};
  // What the sender knows already; the model is not asked then.
  std::string topic{};
  std::optional<double> sentiment{};  // -1 to 1
};

// Limits in bytes, of UTF-8.
inline constexpr size_t kMaxTextBytes = 1 << 16, kMaxNameBytes = 256, kMaxUrlBytes = 2048;

// A message from JSON: `text` and `ts` are required; `id`, `source`, `url`, `author`, `lang`, `topic`,
// `sentiment` may be there; other fields are looked over. Throws invalid_argument "message: field 'ts':
// expected …".
Message message_from_json(const Json& json);
// The same of a line of NDJSON. Throws corrupt_data too, where it is no JSON.
Message parse_message(std::string_view line);

Message message_of(const FeedEntry& entry);

}  // namespace heed::apps::monitor
