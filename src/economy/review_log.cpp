#include "economy/review_log.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::economy {
namespace {

[[noreturn]] void fail(const std::string& where, const std::string& message) {
  throw Error(ErrorCode::invalid_argument, where + ": " + message);
}

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
  time_us = std::chrono::sys_days(date).time_since_epoch().count() * kDayUs;
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

int64_t parse_time(std::string_view text, const std::string& where) {
  int64_t time_us = 0;
  if (!read_time(text, time_us))
    fail(where, fmt::format("expected a time as 2024-03-29T20:32:32+00:00, found '{}'", text));
  return time_us;
}

std::string day_text(int64_t time_us) {
  const auto days = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(time_us)));
  const std::chrono::year_month_day date(days);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

double days_between(int64_t before_us, int64_t after_us) {
  return static_cast<double>(std::max<int64_t>(0, after_us - before_us) / kDayUs);
}

void ReviewLog::add(const std::string& card, const std::string& rating, const std::string& time,
                    const std::string& where, const std::string& milliseconds) {
  const int number = rating.size() == 1 ? rating[0] - '0' : 0;
  if (number < 1 || number > 4)
    fail(where, fmt::format("expected a rating of 1 (again) to 4 (easy), found '{}'", rating));
  float took = 0;
  const char* end = milliseconds.data() + milliseconds.size();
  const auto [stop, problem] = std::from_chars(milliseconds.data(), end, took);
  if (!milliseconds.empty() &&
      (problem != std::errc() || stop != end || !(took >= 0) || !std::isfinite(took)))
    fail(where, fmt::format("expected a duration of 0 milliseconds or more, found '{}'", milliseconds));
  const auto [at, is_new] = index_.try_emplace(card, static_cast<uint32_t>(cards_.size()));
  if (is_new) cards_.push_back(card);
  reviews_.push_back({.card = at->second,
                      .rating = static_cast<Rating>(number),
                      .time_us = parse_time(time, where),
                      .seconds = took / 1000});
}

void ReviewLog::sort() {
  if (reviews_.empty()) fail("review log", "expected reviews, found none");
  std::ranges::stable_sort(reviews_, {}, &Review::time_us);
  std::vector<int64_t> last(cards_.size(), INT64_MIN);
  for (const Review& review : reviews_) {
    if (last[review.card] == review.time_us)
      fail("review log", fmt::format("card '{}' is reviewed twice at one time, on {}: each row once",
                                     cards_[review.card], day_text(review.time_us)));
    last[review.card] = review.time_us;
  }
}

}  // namespace heed::economy
