#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "economy/memory_model.h"

namespace heed::economy {

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;

struct Review {
  uint32_t card = 0;
  Rating rating = Rating::good;
  int64_t time_us = 0;  // UTC
  float seconds = 0;    // that the answer took; 0: not known
};

// What was reviewed when and how well, in order of time.
class ReviewLog {
 public:
  // `where` ("reviews.csv:17") opens messages. Rows may come in any order. Throws invalid_argument on a
  // rating other than 1 to 4, a time that is not ISO 8601, and milliseconds that are neither empty nor a
  // number of 0 or more.
  void add(const std::string& card, const std::string& rating, const std::string& time,
           const std::string& where, const std::string& milliseconds = "");
  // Call once after the last add. Throws invalid_argument where there is no review, or one card has two
  // reviews at one time.
  void sort();

  const std::vector<std::string>& cards() const { return cards_; }
  const std::vector<Review>& reviews() const { return reviews_; }

 private:
  std::vector<std::string> cards_;
  std::unordered_map<std::string, uint32_t> index_;
  std::vector<Review> reviews_;
};

// Microseconds since 1970 of "2024-03-29T20:32:32.250000+00:00", "…Z", or a day alone; an offset is
// subtracted. Throws invalid_argument.
int64_t parse_time(std::string_view text, const std::string& where);
std::string day_text(int64_t time_us);  // "2024-03-29", UTC

// Whole days between two reviews; 0 where the clock went back.
double days_between(int64_t before_us, int64_t after_us);

}  // namespace heed::economy
