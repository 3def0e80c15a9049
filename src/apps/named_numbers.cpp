#include "apps/named_numbers.h"

#include <charconv>
#include <cmath>

#include "base/error.h"

namespace heed::apps {

std::map<std::string, double> named_numbers(const std::string& what, const std::vector<std::string>& pairs) {
  std::map<std::string, double> numbers;
  for (const std::string& pair : pairs) {
    const size_t mark = pair.find('=');
    double number = 0.0;
    const char* const end = pair.data() + pair.size();
    const bool read = mark != pair.npos && mark > 0 &&
                      std::from_chars(pair.data() + mark + 1, end, number).ptr == end &&
                      mark + 1 < pair.size() && std::isfinite(number) && number >= 0.0;
    if (!read)
      throw Error(ErrorCode::invalid_argument,
                  what + ": expected NAME=NUMBER, a number of at least 0, found '" + pair + "'");
    numbers[pair.substr(0, mark)] = number;
  }
  return numbers;
}

}  // namespace heed::apps
