#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace heed::metrics {

// Checks of what a metric is given, each once at its entrance. `what` names the figure in the message; all
// throw invalid_argument.
void require_equal_lengths(const std::string& what, size_t first, size_t second);
void require_at_least(const std::string& what, int64_t value, int64_t least);
void require_in_range(const std::string& what, double value, double least, double greatest);
void require_finite(const std::string& what, std::span<const float> values);
void require_finite(const std::string& what, std::span<const double> values);
void require_probabilities(const std::string& what, std::span<const float> values);
void require_probabilities(const std::string& what, std::span<const double> values);
void require_binary(const std::string& what, std::span<const uint8_t> values);

// Every value names one of `classes` classes.
void require_classes(const std::string& what, std::span<const int32_t> values, int64_t classes);

// How many rows of `width` values there are; throws where that does not come out even.
size_t count_rows(const std::string& what, size_t values, int64_t width);
template <class T>
size_t count_rows(const std::string& what, std::span<const T> values, int64_t width) {
  return count_rows(what, values.size(), width);
}
template <class T>
void require_rows(const std::string& what, std::span<const T> values, size_t rows, int64_t width) {
  require_equal_lengths(what + ": rows", count_rows(what, values.size(), width), rows);
}

template <class T>
std::span<const T> row_of(std::span<const T> values, size_t row, int64_t width) {
  return values.subspan(row * static_cast<size_t>(width), static_cast<size_t>(width));
}

}  // namespace heed::metrics
