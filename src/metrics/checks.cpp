#include "metrics/checks.h"

#include <cmath>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::metrics {
namespace {

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorCode::invalid_argument, message); }

template <class T, class Test>
void require_each(const std::string& what, const char* expected, std::span<const T> values, Test test) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (!test(values[i]))
      fail(fmt::format("{}: value {}: expected {}, found {}", what, i, expected, values[i]));
  }
}

template <class T>
void require_each_finite(const std::string& what, std::span<const T> values) {
  require_each(what, "a finite number", values, [](T v) { return std::isfinite(v); });
}

template <class T>
void require_each_probability(const std::string& what, std::span<const T> values) {
  // The slack is what a row of floats that was summed and divided may be off.
  require_each(what, "a probability", values, [](T v) { return v >= T(0) && v <= T(1) + T(1e-5); });
}

}  // namespace

void require_equal_lengths(const std::string& what, size_t first, size_t second) {
  if (first != second) fail(fmt::format("{}: expected equal lengths, found {} and {}", what, first, second));
}

void require_at_least(const std::string& what, int64_t value, int64_t least) {
  if (value < least) fail(fmt::format("{}: expected at least {}, found {}", what, least, value));
}

void require_in_range(const std::string& what, double value, double least, double greatest) {
  if (value >= least && value <= greatest) return;
  fail(fmt::format("{}: expected a value from {} to {}, found {}", what, least, greatest, value));
}

void require_finite(const std::string& what, std::span<const float> values) {
  require_each_finite(what, values);
}
void require_finite(const std::string& what, std::span<const double> values) {
  require_each_finite(what, values);
}

void require_probabilities(const std::string& what, std::span<const float> values) {
  require_each_probability(what, values);
}
void require_probabilities(const std::string& what, std::span<const double> values) {
  require_each_probability(what, values);
}

void require_binary(const std::string& what, std::span<const uint8_t> values) {
  require_each(what, "0 or 1", values, [](uint8_t v) { return v <= 1; });
}

void require_classes(const std::string& what, std::span<const int32_t> values, int64_t classes) {
  require_at_least(what + ": number of classes", classes, 1);
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] >= 0 && values[i] < classes) continue;
    fail(fmt::format("{}: example {}: expected a class from 0 to {}, found {}", what, i, classes - 1,
                     values[i]));
  }
}

size_t count_rows(const std::string& what, size_t values, int64_t width) {
  require_at_least(what + ": width of a row", width, 1);
  const size_t rows = values / static_cast<size_t>(width);
  if (rows * static_cast<size_t>(width) == values) return rows;
  fail(fmt::format("{}: expected rows of {} values, found {} values", what, width, values));
}

}  // namespace heed::metrics
