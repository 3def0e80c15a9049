#include "metrics/ngrams.h"

#include <algorithm>

namespace heed::metrics {

NgramCounts count_ngrams(std::u32string_view sequence, size_t order) {
  NgramCounts counts;
  for (size_t begin = 0; begin + order <= sequence.size(); ++begin) ++counts[sequence.substr(begin, order)];
  return counts;
}

int64_t count_matches(const NgramCounts& hypothesis, const NgramCounts& reference) {
  int64_t matches = 0;
  for (const auto& [ngram, count] : hypothesis) {
    const auto found = reference.find(ngram);
    if (found != reference.end()) matches += std::min(count, found->second);
  }
  return matches;
}

}  // namespace heed::metrics
