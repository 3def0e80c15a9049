#include "infer/attention_block.h"

#include "model/attention_variant.h"

namespace heed::infer {
namespace {

attention::Variant variant_of(const ModelConfig& config, AttentionBlock::Kind kind) {
  if (kind == AttentionBlock::Kind::cross) return cross_attention_variant(config.attention);
  return self_attention_variant(config.attention, kind == AttentionBlock::Kind::decoder_self);
}

}  // namespace

AttentionBlock::AttentionBlock(const Weights& scope, const ModelConfig& config, Kind kind)
    : norm_(scope, config), attention_(scope, config, variant_of(config, kind)), output_(scope / "output") {}

}  // namespace heed::infer
