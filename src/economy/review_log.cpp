#include "economy/review_log.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "base/iso_time.h"

namespace heed::economy {
namespace {

[[noreturn]] void fail(const std::string& where, const std::string& message) {
  throw Error(ErrorCode::invalid_argument, where + ": " + message);
}

}  // namespace

int64_t parse_time(std::string_view text, const std::string& where) {
  const std::optional<int64_t> time_us = parse_iso_time(text);
  if (!time_us) fail(where, fmt::format("expected a time as 2024-03-29T20:32:32+00:00, found '{}'", text));
  return *time_us;
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
