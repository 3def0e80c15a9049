#pragma once

#include "attention/variant.h"
#include "model/config.h"

namespace heed {

// What the names of a configuration mean to the mechanism, for training and serving alike. Throws
// invalid_argument on an unknown name (check_config has refused it before).
attention::Variant self_attention_variant(const AttentionConfig& config, bool causal);
attention::Variant cross_attention_variant(const AttentionConfig& config);

}  // namespace heed
