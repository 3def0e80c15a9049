#include "attention/variant.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest.h"

namespace heed::attention {
namespace {

// In the order of the enumerators.
const std::vector<std::string>& sum_guard_names() {
  static const std::vector<std::string> names = {"error", "absolute", "softmax"};
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

template <class Enum>
Enum parse(const char* field, std::string_view name, const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<Enum>(found - names.begin());
  throw Error(ErrorCode::invalid_argument, std::string(field) + ": expected one of " + joined(names) +
                                               ", found '" + std::string(name) + "'" +
                                               did_you_mean(name, names));
}

}  // namespace

const std::vector<std::string>& score_names() {
  static const std::vector<std::string> names = {"dot",      "scaled_dot", "cosine",
                                                 "additive", "bilinear",   "linear"};
  return names;
}

const std::vector<std::string>& normaliser_names() {
  static const std::vector<std::string> names = {"softmax",   "sum",      "sigmoid",
                                                 "sparsemax", "entmax15", "hard"};
  return names;
}

Score parse_score(std::string_view name) { return parse<Score>("attention score", name, score_names()); }
Normaliser parse_normaliser(std::string_view name) {
  return parse<Normaliser>("attention normaliser", name, normaliser_names());
}
SumGuard parse_sum_guard(std::string_view name) {
  return parse<SumGuard>("attention sum_guard", name, sum_guard_names());
}

std::string to_string(Score score) { return score_names().at(static_cast<size_t>(score)); }
std::string to_string(Normaliser normaliser) {
  return normaliser_names().at(static_cast<size_t>(normaliser));
}
std::string to_string(SumGuard guard) { return sum_guard_names().at(static_cast<size_t>(guard)); }

}  // namespace heed::attention
