#include "model/attention_variant.h"

namespace heed {

attention::Variant cross_attention_variant(const AttentionConfig& config) {
  attention::Variant variant;
  variant.score = attention::parse_score(config.score);
  variant.normaliser = attention::parse_normaliser(config.normaliser);
  variant.sum_guard = attention::parse_sum_guard(config.sum_guard);
  variant.hard_top = config.hard_top;
  return variant;
}

attention::Variant self_attention_variant(const AttentionConfig& config, bool causal) {
  attention::Variant variant = cross_attention_variant(config);
  variant.causal = causal;
  variant.window = config.window;
  variant.alibi = config.bias == "alibi";
  variant.relative_reach = config.bias == "relative" ? config.relative_reach : 0;
  return variant;
}

}  // namespace heed
