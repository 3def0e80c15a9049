#include "infer/top_tokens.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "text/tokenizer.h"

namespace heed::infer {
namespace {

static_assert(Tokenizer::kUnknown == 0 && Tokenizer::kBegin == 1, "the first two tokens are skipped");
constexpr int32_t kFirstToken = 2;

double log_sum_exp(std::span<const float> logits) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0.0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  const double result = largest + std::log(sum);
  if (!std::isfinite(result)) {
    throw Error(ErrorCode::corrupt_data,
                "logits: expected finite numbers, found others; check the weights with heed model verify");
  }
  return result;
}

}  // namespace

std::vector<ScoredToken> top_tokens(std::span<const float> logits, int64_t count) {
  const double normaliser = log_sum_exp(logits);
  std::vector<int32_t> best;  // sorted; ids are visited upwards, so equal logits stay in the order of ids
  for (int32_t id = kFirstToken; id < static_cast<int32_t>(logits.size()); ++id) {
    const bool full = static_cast<int64_t>(best.size()) == count;
    if (full && (count == 0 || logits[id] <= logits[best.back()])) continue;
    if (full) best.pop_back();
    const auto place = std::upper_bound(best.begin(), best.end(), id,
                                        [&](int32_t a, int32_t b) { return logits[a] > logits[b]; });
    best.insert(place, id);
  }
  std::vector<ScoredToken> tokens;
  for (const int32_t id : best) tokens.push_back({id, static_cast<double>(logits[id]) - normaliser});
  return tokens;
}

}  // namespace heed::infer
