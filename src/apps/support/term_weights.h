#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "search/passage.h"

namespace heed::apps::support {

// The distinct terms of a text (search/terms.h) with what each tells: 1 + log((1 + N) / (1 + n)), n of the N
// passages having it.
using WeightedTerms = std::map<std::string, double, std::less<>>;

// What terms weigh, by the passages that have them. Never changes; thread-safe.
class TermWeights {
 public:
  explicit TermWeights(std::span<const search::Passage> passages);

  WeightedTerms operator()(std::string_view text) const;

 private:
  double passages_ = 0.0;
  std::map<std::string, double, std::less<>> with_;  // how many have a term
};

// Of the weight of all terms.
double total_weight(const WeightedTerms& terms);
// Of those that `others` has too.
double shared_weight(const WeightedTerms& terms, const WeightedTerms& others);

}  // namespace heed::apps::support
