#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "text/tag_spans.h"

namespace heed::infer {

// A linear-chain conditional random field over the tags of a text's pieces; train/heads/tagging.h has the
// formulas. In doubles.
class ConditionalField {
 public:
  // begin, end [T] and transitions [T, T] of T tags: 0, then B and I of each entity.
  ConditionalField(std::span<const float> begin, std::span<const float> end,
                   std::span<const float> transitions);

  int64_t tags() const { return tags_; }

  // The most probable row of tags for scores [n, T], by Viterbi's algorithm; of several the one with the
  // lower last tag.
  std::vector<int64_t> best(std::span<const float> scores) const;

  // The log of the sum over all rows of tags, and of those within which a span is; both together make the
  // probability that the span is there, exactly as it is, whatever stands around it.
  double log_sum(std::span<const float> scores) const;
  std::vector<double> probabilities(std::span<const float> scores, std::span<const TagSpan> spans) const;

 private:
  double transition(int64_t from, int64_t to) const {
    return transitions_[static_cast<size_t>(from * tags_ + to)];
  }
  // [n, T]: log of the sum over the rows of tags of the pieces up to t (from t on) with tag k at t; a piece's
  // own score is in the first alone.
  std::vector<double> forward(std::span<const float> scores) const;
  std::vector<double> backward(std::span<const float> scores) const;

  int64_t tags_;
  std::vector<double> begin_, end_, transitions_;
};

}  // namespace heed::infer
