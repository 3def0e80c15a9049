#include "infer/heads/conditional_field.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace heed::infer {
namespace {

constexpr double kForbidden = -1e4;  // as in training

double log_sum_exp(std::span<const double> values) {
  const double largest = *std::ranges::max_element(values);
  double sum = 0.0;
  for (const double value : values) sum += std::exp(value - largest);
  return largest + std::log(sum);
}

}  // namespace

ConditionalField::ConditionalField(std::span<const float> begin, std::span<const float> end,
                                   std::span<const float> transitions)
    : tags_(static_cast<int64_t>(begin.size())),
      begin_(begin.begin(), begin.end()),
      end_(end.begin(), end.end()),
      transitions_(transitions.begin(), transitions.end()) {
  for (int64_t within = 2; within < tags_; within += 2) {
    begin_[static_cast<size_t>(within)] += kForbidden;
    for (int64_t before = 0; before < tags_; ++before) {
      if (before != within && before != within - 1)
        transitions_[static_cast<size_t>(before * tags_ + within)] += kForbidden;
    }
  }
}

std::vector<int64_t> ConditionalField::best(std::span<const float> scores) const {
  const auto width = static_cast<size_t>(tags_);
  const size_t pieces = scores.size() / width;
  if (pieces == 0) return {};
  std::vector<double> values(width), next(width);
  std::vector<int64_t> from(pieces * width);
  for (size_t k = 0; k < width; ++k) values[k] = begin_[k] + static_cast<double>(scores[k]);
  for (size_t t = 1; t < pieces; ++t) {
    for (int64_t k = 0; k < tags_; ++k) {
      double most = -std::numeric_limits<double>::infinity();
      for (int64_t before = 0; before < tags_; ++before) {
        const double value = values[static_cast<size_t>(before)] + transition(before, k);
        if (value <= most) continue;
        most = value;
        from[t * width + static_cast<size_t>(k)] = before;
      }
      next[static_cast<size_t>(k)] = most + static_cast<double>(scores[t * width + static_cast<size_t>(k)]);
    }
    std::swap(values, next);
  }
  for (size_t k = 0; k < width; ++k) values[k] += end_[k];
  std::vector<int64_t> tags(pieces);
  tags.back() = std::ranges::max_element(values) - values.begin();
  for (size_t t = pieces - 1; t > 0; --t) tags[t - 1] = from[t * width + static_cast<size_t>(tags[t])];
  return tags;
}

std::vector<double> ConditionalField::forward(std::span<const float> scores) const {
  const auto width = static_cast<size_t>(tags_);
  std::vector<double> sums(scores.size()), terms(width);
  for (size_t k = 0; k < width; ++k) sums[k] = begin_[k] + static_cast<double>(scores[k]);
  for (size_t at = width; at < scores.size(); at += width) {
    for (size_t k = 0; k < width; ++k) {
      for (size_t before = 0; before < width; ++before)
        terms[before] = sums[at - width + before] + transitions_[before * width + k];
      sums[at + k] = log_sum_exp(terms) + static_cast<double>(scores[at + k]);
    }
  }
  return sums;
}

std::vector<double> ConditionalField::backward(std::span<const float> scores) const {
  const auto width = static_cast<size_t>(tags_);
  std::vector<double> sums(scores.size()), terms(width);
  std::ranges::copy(end_, sums.end() - static_cast<std::ptrdiff_t>(width));
  for (size_t at = scores.size() - width; at > 0; at -= width) {
    for (size_t k = 0; k < width; ++k) {
      for (size_t after = 0; after < width; ++after)
        terms[after] =
            transitions_[k * width + after] + static_cast<double>(scores[at + after]) + sums[at + after];
      sums[at - width + k] = log_sum_exp(terms);
    }
  }
  return sums;
}

double ConditionalField::log_sum(std::span<const float> scores) const {
  std::vector<double> last = forward(scores);
  last.erase(last.begin(), last.end() - tags_);
  for (size_t k = 0; k < last.size(); ++k) last[k] += end_[k];
  return log_sum_exp(last);
}

std::vector<double> ConditionalField::probabilities(std::span<const float> scores,
                                                    std::span<const TagSpan> spans) const {
  if (spans.empty()) return {};
  const std::vector<double> before = forward(scores), after = backward(scores);
  const double all = log_sum(scores);
  const auto cell = [&](int64_t piece, int64_t tag) { return static_cast<size_t>(piece * tags_ + tag); };
  const auto score = [&](int64_t piece, int64_t tag) {
    return static_cast<double>(scores[cell(piece, tag)]);
  };
  const auto pieces = static_cast<int64_t>(scores.size()) / tags_;
  std::vector<double> probabilities;
  for (const TagSpan& span : spans) {
    const int64_t begins = 1 + 2 * span.entity, within = begins + 1;
    double sum = before[cell(span.begin, begins)];
    int64_t last = begins;
    for (int64_t piece = span.begin + 1; piece < span.end; ++piece) {
      sum += transition(last, within) + score(piece, within);
      last = within;
    }
    if (span.end == pieces) {
      sum += end_[static_cast<size_t>(last)];
    } else {  // whatever comes next, but for what would make the span longer
      std::vector<double> next;
      for (int64_t tag = 0; tag < tags_; ++tag) {
        if (tag != within)
          next.push_back(transition(last, tag) + score(span.end, tag) + after[cell(span.end, tag)]);
      }
      sum += log_sum_exp(next);
    }
    probabilities.push_back(std::min(1.0, std::exp(sum - all)));
  }
  return probabilities;
}

}  // namespace heed::infer
