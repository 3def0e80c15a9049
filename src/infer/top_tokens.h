#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace heed::infer {

struct ScoredToken {
  int32_t id = 0;
  double log_probability = 0.0;
};

// The `count` most likely tokens of softmax(logits), most likely first, a lower id before a higher one of the
// same logit. <unk> and <s> are never among them: no translation holds them. Throws corrupt_data where the
// logits are not finite.
std::vector<ScoredToken> top_tokens(std::span<const float> logits, int64_t count);

}  // namespace heed::infer
