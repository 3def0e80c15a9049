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

void RowPairs::add(const Segment& segment, std::span<const int32_t> seen, int64_t query_position) {
  const int64_t begin = sequences.empty() ? 0 : sequences.back().query_begin + sequences.back().query_count;
  sequences.push_back({.query_begin = begin,
                       .query_count = segment.count,
                       .key_begin = static_cast<int64_t>(rows.size()),
                       .key_count = static_cast<int64_t>(seen.size()),
                       .query_position = query_position});
  rows.insert(rows.end(), seen.begin(), seen.end());
}

RowPairs pair_source(std::span<const Segment> segments) {
  RowPairs pairs;
  for (const Segment& segment : segments) pairs.add(segment, segment.source, 0);
  return pairs;
}

Decoder::Decoder(const Weights& weights, const ModelConfig& config, bool keeps_table)
    : embedding_(weights / input_scope(config), weights / "target_positions", config),
      stack_(make_stack(weights / "decoder", config)),
      output_(weights / output_scope(config), keeps_table) {}

Matrix Decoder::advance(DecoderState& state, std::span<const int32_t> tokens,
                        std::span<const Segment> segments, attention::Tap* cross_tap) const {
  std::vector<int64_t> positions;
  for (const Segment& segment : segments) {
    for (int64_t i = 0; i < segment.count; ++i) positions.push_back(segment.past + i);
  }
  return stack_->advance(state, embedding_(tokens, positions), segments, cross_tap);
}

}  // namespace heed::infer
