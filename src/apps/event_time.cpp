#include "apps/event_time.h"

#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

namespace heed::apps {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kLatest = int64_t{253'402'300'800} * kSecond;  // 10000-01-01

// Reads digits off the front; none where there are not exactly `count`.
std::optional<int> digits(std::string_view& text, size_t count) {
  int value = 0;
  if (text.size() < count) return std::nullopt;
  for (size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = 10 * value + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char sign) {
  if (text.empty() || text.front() != sign) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int64_t> to_us(int year, int month, int day, int64_t seconds_of_day) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t us = (days * 86'400 + seconds_of_day) * kSecond;
  return us >= 0 && us < kLatest ? std::optional(us) : std::nullopt;
}

// "Z", "+01:00", "+0100", "GMT", "": seconds east of Greenwich.
std::optional<int> zone_of(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  if (text.empty() || text == "Z" || text == "z" || text == "GMT" || text == "UTC" || text == "UT") return 0;
  struct Named {
    std::string_view name;
    int hours;
  };
  for (const Named& zone : {Named{"EST", -5}, Named{"EDT", -4}, Named{"CST", -6}, Named{"CDT", -5},
                            Named{"MST", -7}, Named{"MDT", -6}, Named{"PST", -8}, Named{"PDT", -7}}) {
    if (text == zone.name) return 3600 * zone.hours;
  }
  const bool is_west = text.front() == '-';
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = digits(text, 2);
  take(text, ':');
  const auto minutes = text.empty() ? std::optional(0) : digits(text, 2);
  if (!hours || !minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  return (is_west ? -1 : 1) * (3600 * *hours + 60 * *minutes);
}

// "14:00", "14:00:30", "14:00:30.25"; microseconds of the day.
std::optional<int64_t> time_of_day(std::string_view& text) {
  const auto hour = digits(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = digits(text, 2);
  std::optional<int> second = 0;
  if (minute && take(text, ':')) second = digits(text, 2);
  if (!minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  int64_t us = (3600 * *hour + 60 * *minute + *second) * kSecond;
  if (take(text, '.')) {
    int64_t unit = kSecond / 10;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), unit /= 10)
      us += unit * (text.front() - '0');
  }
  return us;
}

std::optional<int64_t> with_time(std::optional<int64_t> day_us, std::string_view rest) {
  const auto of_day = time_of_day(rest);
  const auto zone = zone_of(rest);
  if (!day_us || !of_day || !zone) return std::nullopt;
  const int64_t us = *day_us + *of_day - *zone * kSecond;
  return us >= 0 && us < kLatest ? std::optional(us) : std::nullopt;
}

std::optional<int64_t> parse_rfc3339(std::string_view text) {
  const auto year = digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = digits(text, 2);
  if (!day) return std::nullopt;
  const auto date = to_us(*year, *month, *day, 0);
  if (text.empty()) return date;
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
  return with_time(date, text);
}

std::optional<int64_t> parse_rfc822(std::string_view text) {
  if (const size_t comma = text.find(','); comma != text.npos) text.remove_prefix(comma + 1);
  const auto skip = [&] {
    while (take(text, ' ')) {
    }
  };
  skip();
  auto day = digits(text, 2);
  if (!day) day = digits(text, 1);
  skip();
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const size_t month = text.size() < 3 ? kMonths.npos : kMonths.find(text.substr(0, 3));
  if (!day || month == kMonths.npos || month % 3 != 0) return std::nullopt;
  text.remove_prefix(3);
  skip();
  auto year = digits(text, 4);
  if (!year && (year = digits(text, 2))) *year += *year < 70 ? 2000 : 1900;
  if (!year) return std::nullopt;
  skip();
  return with_time(to_us(*year, static_cast<int>(month) / 3 + 1, *day, 0), text);
}

}  // namespace

std::optional<int64_t> time_of_number(double number) {
  if (!std::isfinite(number) || number < 0) return std::nullopt;
  const double unit = number < 1e11 ? 1e6 : number < 1e14 ? 1e3 : 1.0;
  const double us = number * unit;
  return us < static_cast<double>(kLatest) ? std::optional(static_cast<int64_t>(us)) : std::nullopt;
}

std::optional<int64_t> parse_time(std::string_view text) {
  double number = 0.0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc() && end == text.data() + text.size()) return time_of_number(number);
  const auto time = parse_rfc3339(text);
  return time ? time : parse_rfc822(text);
}

std::string format_time(int64_t ts_us) {
  const auto seconds = std::chrono::sys_seconds(std::chrono::seconds(ts_us / kSecond));
  const auto days = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss time(seconds - days);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace heed::apps
