#include "economy/quiet_hours.h"

namespace heed::economy {

int minute_of_day(std::string_view text) {
  const auto digit = [&](size_t k) { return text[k] >= '0' && text[k] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return -1;
  const int hours = (text[0] - '0') * 10 + text[1] - '0', minutes = (text[3] - '0') * 10 + text[4] - '0';
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : -1;
}

std::optional<QuietHours> parse_quiet_hours(std::string_view text) {
  if (text.size() != 11 || text[5] != '-') return std::nullopt;
  const QuietHours hours = {.begin = minute_of_day(text.substr(0, 5)), .end = minute_of_day(text.substr(6))};
  if (hours.begin < 0 || hours.end < 0) return std::nullopt;
  return hours;
}

}  // namespace heed::economy
