#include "infer/text_vector.h"

#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>

#include "base/error.h"
#include "infer/arena.h"
#include "infer/working_memory.h"

namespace heed::infer {
namespace {

constexpr int64_t kBatchTokens = 4096;

// The mean of rows [begin, begin + count), scaled to length 1; zeros stay zeros.
std::vector<float> unit_mean(const Matrix& rows, int64_t begin, int64_t count) {
  std::vector<double> sum(static_cast<size_t>(rows.cols), 0.0);
  for (int64_t i = begin; i < begin + count; ++i) {
    const float* const row = rows.row(i);
    for (size_t d = 0; d < sum.size(); ++d) sum[d] += static_cast<double>(row[d]);
  }
  double square = 0.0;
  for (const double value : sum) square += value * value;
  if (!std::isfinite(square)) {
    throw Error(ErrorCode::corrupt_data,
                "encoder: expected finite numbers, found others; check the weights with heed model verify");
  }
  const double scale = square > 0.0 ? 1.0 / std::sqrt(square) : 0.0;
  std::vector<float> mean(sum.size());
  for (size_t d = 0; d < sum.size(); ++d) mean[d] = static_cast<float>(sum[d] * scale);
  return mean;
}

// Of keys [begin, begin + count), `heads` numbers each: shares of what all the queries of a text gave.
std::vector<float> received_shares(std::span<const float> received, int64_t heads, int64_t begin,
                                   int64_t count) {
  std::vector<double> sums;
  double total = 0.0;
  for (int64_t i = begin; i < begin + count; ++i) {
    const auto of_key = received.subspan(static_cast<size_t>(i * heads), static_cast<size_t>(heads));
    sums.push_back(std::accumulate(of_key.begin(), of_key.end(), 0.0));
    total += sums.back();
  }
  std::vector<float> shares;
  for (const double sum : sums) shares.push_back(total > 0.0 ? static_cast<float>(sum / total) : 0.0F);
  return shares;
}

// Adds the vectors of a batch's texts to `vectors`, whose pieces are there.
void fill(const Encoder& encoder, const ModelConfig& config, const PackedTexts& batch,
          const EmbedOptions& options, std::span<TextVector> vectors) {
  const Workspace workspace(encoding_bytes(config, batch));
  attention::Tap tap{.wants_received = true};
  const Matrix encoded = encoder.forward(batch, options.attention ? &tap : nullptr);
  const auto rows = static_cast<int64_t>(batch.ids.size());
  const int64_t heads = static_cast<int64_t>(tap.received.size()) / rows;
  for (size_t i = 0; i < vectors.size(); ++i) {
    const attention::Sequence& text = batch.sequences[i];
    vectors[i].values = unit_mean(encoded, text.key_begin, text.key_count);
    if (heads > 0)
      vectors[i].attention = received_shares(tap.received, heads, text.key_begin, text.key_count);
  }
}

}  // namespace

std::vector<TextVector> text_vectors(const Encoder& encoder, const ModelConfig& config, size_t count,
                                     const std::function<std::vector<std::string>(size_t, PackedTexts&)>& add,
                                     const EmbedOptions& options) {
  std::vector<TextVector> vectors(count);
  PackedTexts batch;
  size_t begin = 0;
  for (size_t i = 0; i < count; ++i) {
    vectors[i].pieces = add(i, batch);
    if (static_cast<int64_t>(batch.ids.size()) < kBatchTokens && i + 1 < count) continue;
    fill(encoder, config, batch, options, std::span(vectors).subspan(begin, i + 1 - begin));
    begin = i + 1;
    batch = {};
  }
  return vectors;
}

}  // namespace heed::infer
