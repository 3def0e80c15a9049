#include "infer/decoder.h"

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

std::vector<attention::Sequence> pair_source(std::span<const Segment> segments) {
  std::vector<attention::Sequence> pairs;
  int64_t row = 0;
  for (const Segment& segment : segments) {
    pairs.push_back({.query_begin = row,
                     .query_count = segment.count,
                     .key_begin = segment.source_begin,
                     .key_count = segment.source_count,
                     .query_position = 0});
    row += segment.count;
  }
  return pairs;
}

Decoder::Decoder(const Weights& weights, const ModelConfig& config)
    : vocabulary_(config.target_vocabulary),
      embedding_(weights / input_scope(config), weights / "target_positions", config),
      stack_(make_stack(weights / "decoder", config)),
      output_(weights / output_scope(config)) {}

Matrix Decoder::advance(DecoderState& state, std::span<const int32_t> tokens,
                        std::span<const Segment> segments, attention::Tap* cross_tap) const {
  std::vector<int64_t> positions;
  for (const Segment& segment : segments) {
    for (int64_t i = 0; i < segment.count; ++i) positions.push_back(segment.past + i);
  }
  return output_(stack_->advance(state, embedding_(tokens, positions), segments, cross_tap));
}

}  // namespace heed::infer
