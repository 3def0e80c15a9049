#include "infer/heads/sequence.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace heed::infer {

SequenceHead::SequenceHead(const Weights& weights, const ModelConfig& config)
    : ngrams_(config.ngrams),
      dim_(config.dim),
      identities_((weights / "embedding").at("weight")),
      kinds_((weights / "heads" / config.sequence->name / "kinds").at("weight")),
      gaps_((weights / "heads" / config.sequence->name / "gaps").find("weight")),
      table_((weights / "ngrams").find("embedding")),
      weights_((weights / "ngrams").find("weight")) {}

std::vector<float> SequenceHead::item(int64_t row, std::span<const std::string> pieces) const {
  std::vector<float> words(static_cast<size_t>(dim_));
  if (!table_.empty()) {
    const NgramRows ngrams = unit_text_ngrams(pieces, ngrams_, weights_);
    for (size_t i = 0; i < ngrams.buckets.size(); ++i) {
      const float* const from = table_.data() + ngrams.buckets[i] * dim_;
      for (int64_t d = 0; d < dim_; ++d) words[static_cast<size_t>(d)] += ngrams.values[i] * from[d];
    }
  }
  if (row < 0) return words;
  const float* const own = identities_.data() + row * dim_;
  for (int64_t d = 0; d < dim_; ++d) words[static_cast<size_t>(d)] = own[d] + words[static_cast<size_t>(d)];
  return words;
}

void SequenceHead::embed(std::span<const float> item, int64_t kind, int64_t gap, float* x) const {
  const float scale = std::sqrt(static_cast<float>(dim_));
  const float* const kinds = kinds_.data() + kind * dim_;
  for (int64_t d = 0; d < dim_; ++d) x[d] = item[static_cast<size_t>(d)] * scale + kinds[d];
  if (gaps_.empty()) return;
  const float* const gaps = gaps_.data() + gap * dim_;
  for (int64_t d = 0; d < dim_; ++d) x[d] += gaps[d];
}

std::vector<float> SequenceHead::votes_by_piece(std::span<const std::string> pieces,
                                                std::span<const float> query) const {
  std::vector<float> votes(pieces.size());
  if (table_.empty() || pieces.empty()) return votes;
  for (const PieceNgram& ngram : text_ngrams_by_piece(pieces, ngrams_, weights_)) {
    const float* const row = table_.data() + ngram.bucket * dim_;
    const float vote = std::inner_product(query.begin(), query.end(), row, 0.0F);
    // An n-gram that starts in the space at the text's end is its last piece's.
    votes[std::min<size_t>(static_cast<size_t>(ngram.piece), pieces.size() - 1)] +=
        ngram.value / kTextLength * vote;
  }
  return votes;
}

}  // namespace heed::infer
