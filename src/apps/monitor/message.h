#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

// A time as people write it, to microseconds since 1970, UTC: RFC 3339 ("2020-03-09T14:00:00.5+01:00"; "T"
// may be a space, the zone may be missing: UTC), a date alone (its midnight), RFC 822 as RSS has it ("Mon, 09
// Mar 2020 14:00:00 GMT"), or a number, whose size tells seconds, milliseconds or microseconds. None where it
// is none of these, or not within the years 1970 to 9999.
std::optional<int64_t> parse_time(std::string_view text);
std::optional<int64_t> time_of_number(double number);

// An id made of what tells a message of this source from its others.
std::string message_id(std::string_view source, std::string_view what);

// "2020-03-09T14:00:00Z".
std::string format_time(int64_t ts_us);

}  // namespace heed::apps::monitor
