#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace heed::infer {

struct ScoredToken {
  int32_t id = 0;
  double log_probability = 0.0;
};

// The likeliest tokens of softmax(logits), found while a row's logits pass by in blocks. The unknown token
// and <s> are never among them, but share in the sum.
class TopTokens {
 public:
  // Begins a row: of `count` tokens, or of the one token `forced` (below 0: none), whatever its rank; never
  // those for which `forbidden` [V] is not 0 (empty: all are allowed).
  void begin(int64_t count, int32_t forced = -1, std::span<const uint8_t> forbidden = {});

  // The next logits of the row; that of token `first` stands first, or they are those of `ids`, ascending.
  void add(std::span<const float> logits, int32_t first);
  void add(std::span<const float> logits, std::span<const int32_t> ids);

  // Most likely first, a lower id before a higher one of the same logit. Throws corrupt_data where a logit is
  // not finite. Valid until the next begin().
  std::span<const ScoredToken> finish();

 private:
  template <class IdOf>
  void add_block(std::span<const float> logits, const IdOf& id_of);
  void insert(int32_t id, float logit);

  int64_t count_ = 0;
  int32_t forced_ = -1;
  std::span<const uint8_t> forbidden_;
  float greatest_ = -std::numeric_limits<float>::infinity();
  double sum_ = 0.0;               // of exp(logit - greatest_)
  std::vector<ScoredToken> best_;  // with logits until finish()
};

}  // namespace heed::infer
