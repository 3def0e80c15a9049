#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Times as people and feeds write them.
namespace heed::apps {

// A time as people write it, to microseconds since 1970, UTC: RFC 3339 ("2020-03-09T14:00:00.5+01:00"; "T"
// may be a space, the zone may be missing: UTC), a date alone (its midnight), RFC 822 as RSS has it ("Mon, 09
// Mar 2020 14:00:00 GMT"), or a number, whose size tells seconds, milliseconds or microseconds. None where it
// is none of these, or not within the years 1970 to 9999.
std::optional<int64_t> parse_time(std::string_view text);
std::optional<int64_t> time_of_number(double number);

// "2020-03-09T14:00:00Z".
std::string format_time(int64_t ts_us);

}  // namespace heed::apps
