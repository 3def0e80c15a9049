#include "cli/number_field.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::cli {

double read_number(const std::string& text, const std::string& where, const char* field) {
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: field '{}': expected a number, found '{}'", where, field, text));
  return number;
}

int64_t read_whole(const std::string& text, const std::string& where, const char* field) {
  int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size())
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: field '{}': expected a whole number, found '{}'", where, field, text));
  return number;
}

bool read_flag(const std::string& text, const std::string& where, const char* field) {
  if (text != "0" && text != "1")
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: field '{}': expected 0 or 1, found '{}'", where, field, text));
  return text == "1";
}

}  // namespace heed::cli
