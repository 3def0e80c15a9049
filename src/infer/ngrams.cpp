#include "infer/ngrams.h"

#include <algorithm>
#include <numeric>

namespace heed::infer {

NgramFinder::NgramFinder(const Weights& weights, const ModelConfig& config) : config_(config.ngrams) {
  if (config_.buckets > 0) weights_ = weights.at("ngrams.weight");
}

void NgramFinder::add_to(PackedTexts& texts, std::span<const std::string> pieces) const {
  if (config_.buckets == 0) return;
  if (config_.embedding) texts.token_ngrams.append(token_ngrams(pieces, config_, weights_));
  if (config_.linear) texts.text_ngrams.append(text_ngrams(pieces, config_, weights_));
}

std::vector<float> NgramFinder::votes_by_piece(std::span<const std::string> pieces,
                                               std::span<const float> votes, int64_t labels,
                                               int64_t label) const {
  std::vector<float> sums(pieces.size());
  for (const PieceNgram& ngram : text_ngrams_by_piece(pieces, config_, weights_)) {
    const float* const row = votes.data() + ngram.bucket * labels;
    const float mean = std::accumulate(row, row + labels, 0.0F) / static_cast<float>(labels);
    // An n-gram that starts in the space at the text's end is its last piece's.
    sums[std::min<size_t>(ngram.piece, pieces.size() - 1)] += ngram.value * (row[label] - mean);
  }
  return sums;
}

double NgramFinder::unseen_share(std::span<const std::string> pieces) const {
  if (config_.buckets == 0) return 0.0;
  const std::vector<PieceNgram> ngrams = text_ngrams_by_piece(pieces, config_, {});
  if (ngrams.empty()) return 0.0;
  const auto unseen =
      std::ranges::count_if(ngrams, [&](const PieceNgram& ngram) { return weights_[ngram.bucket] == 0.0F; });
  return static_cast<double>(unseen) / static_cast<double>(ngrams.size());
}

void add_ngrams(Matrix& x, const NgramRows& ngrams, std::span<const float> table) {
  for (int64_t r = 0; r < ngrams.rows(); ++r) {
    float* row = x.row(r);
    for (int64_t i = ngrams.begins[r]; i < ngrams.begins[r + 1]; ++i) {
      const float* from = table.data() + ngrams.buckets[i] * x.cols;
      const float value = ngrams.values[i];
      for (int64_t c = 0; c < x.cols; ++c) row[c] += value * from[c];
    }
  }
}

}  // namespace heed::infer
