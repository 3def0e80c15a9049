#include "infer/decoder.h"

#include <string>

#include "infer/recurrent.h"
#include "infer/transformer.h"

namespace heed::infer {
namespace {

std::string output_scope(const ModelConfig& config) {
  return config.shared_embeddings ? "embedding" : "output";
}
std::string input_scope(const ModelConfig& config) {
  return config.shared_embeddings ? "embedding" : "target_embedding";
}

std::unique_ptr<const DecoderStack> make_stack(const Weights& scope, const ModelConfig& config) {
  if (config.architecture == Architecture::recurrent_seq2seq)
    return std::make_unique<RecurrentDecoder>(scope, config);
  return std::make_unique<TransformerDecoder>(scope, config);
}

}  // namespace

void pair_source(std::span<const Segment> segments, RowPairs& pairs) {
  pairs.clear();
  for (const Segment& segment : segments) pairs.add(segment.count, segment.source, 0);
}

Decoder::Decoder(const Weights& weights, const ModelConfig& config, bool keeps_table)
    : embedding_(weights / input_scope(config), weights / "target_positions", config),
      stack_(make_stack(weights / "decoder", config)),
      output_(weights / output_scope(config), keeps_table) {}

Matrix Decoder::advance(DecoderState& state, std::span<const int32_t> tokens,
                        std::span<const Segment> segments, attention::Tap* cross_tap) const {
  std::vector<int64_t>& positions = state.lists().positions;
  positions.clear();
  for (const Segment& segment : segments) {
    for (int64_t i = 0; i < segment.count; ++i) positions.push_back(segment.past + i);
  }
  return stack_->advance(state, embedding_(tokens, positions), segments, cross_tap);
}

}  // namespace heed::infer
