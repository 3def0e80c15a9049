#include "base/iso_time.h"

#include <charconv>
#include <chrono>

namespace heed {
namespace {

// The number of `count` digits that begin at `at`; -1 where they are none.
int digits(std::string_view text, size_t at, size_t count) {
  int value = -1;
  if (at + count > text.size()) return -1;
  const auto [end, problem] = std::from_chars(text.data() + at, text.data() + at + count, value);
  return problem == std::errc() && end == text.data() + at + count ? value : -1;
}

// Microseconds of an offset: "", "Z", "+05:30"; false where it is none.
bool read_offset(std::string_view text, int64_t& offset_us) {
  offset_us = 0;
  if (text.empty() || text == "Z") return true;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  const int hours = digits(text, 1, 2), minutes = digits(text, 4, 2);
  if (hours < 0 || minutes < 0) return false;
  offset_us = (text[0] == '-' ? -1 : 1) * (int64_t{hours} * 60 + minutes) * 60'000'000;
  return true;
}

bool read_time(std::string_view text, int64_t& time_us) {
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (year < 0 || month < 1 || day < 1 || text[4] != '-' || text[7] != '-') return false;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return false;
  time_us = std::chrono::sys_days(date).time_since_epoch().count() * 86'400'000'000;
  if (text.size() == 10) return true;
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if ((text[10] != 'T' && text[10] != ' ') || hour < 0 || minute < 0 || second < 0 || hour > 23 ||
      minute > 59 || second > 60 || text[13] != ':' || text[16] != ':')
    return false;
  time_us += ((int64_t{hour} * 60 + minute) * 60 + second) * 1'000'000;
  size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    int64_t scale = 100'000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      time_us += (text[at] - '0') * scale;
  }
  int64_t offset = 0;
  if (!read_offset(text.substr(at), offset)) return false;
  time_us -= offset;
  return true;
}

}  // namespace

std::optional<int64_t> parse_iso_time(std::string_view text) {
  int64_t time_us = 0;
  return read_time(text, time_us) ? std::optional(time_us) : std::nullopt;
}

}  // namespace heed
