#pragma once

#include <map>
#include <string>
#include <vector>

namespace heed::apps {

// {"click": 1, …} of NAME=NUMBER, as a setting's list has them. Throws invalid_argument "WHAT: expected
// NAME=NUMBER, …" with the one that is not, or whose number is below 0.
std::map<std::string, double> named_numbers(const std::string& what, const std::vector<std::string>& pairs);

}  // namespace heed::apps
