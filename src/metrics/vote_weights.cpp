#include "metrics/vote_weights.h"

#include <algorithm>
#include <cmath>

#include "metrics/checks.h"

namespace heed::metrics {
namespace {

constexpr int kSweeps = 100;
constexpr double kTolerance = 1e-6;

class Fitting {
 public:
  Fitting(std::span<const std::span<const float>> votes, std::span<const int32_t> labels, int64_t classes)
      : votes_(votes), labels_(labels), classes_(static_cast<size_t>(classes)), weights_(votes.size(), 1.0) {}

  // Newton's step in one weight after another, each halved until the loss falls, until none moves.
  std::vector<double> run() {
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      double moved = 0.0;
      for (size_t k = 0; k < votes_.size(); ++k) moved = std::max(moved, improve(k));
      if (moved < kTolerance) break;
    }
    return weights_;
  }

 private:
  struct Slope {
    double loss = 0.0, first = 0.0, second = 0.0;  // in one weight
  };

  Slope slope(size_t k) const {
    Slope sum;
    for (const double weight : weights_) sum.loss += 0.5 * (weight - 1.0) * (weight - 1.0);
    sum.first = weights_[k] - 1.0;
    sum.second = 1.0;
    std::vector<double> logits(classes_);
    for (size_t i = 0; i < labels_.size(); ++i) {
      std::fill(logits.begin(), logits.end(), 0.0);
      for (size_t v = 0; v < votes_.size(); ++v) {
        for (size_t c = 0; c < classes_; ++c) logits[c] += weights_[v] * votes_[v][i * classes_ + c];
      }
      add_row(i, votes_[k].subspan(i * classes_, classes_), logits, sum);
    }
    return sum;
  }

  void add_row(size_t i, std::span<const float> vote, std::span<const double> logits, Slope& sum) const {
    const double highest = *std::max_element(logits.begin(), logits.end());
    double total = 0.0, mean = 0.0, square = 0.0;
    for (size_t c = 0; c < classes_; ++c) {
      const double p = std::exp(logits[c] - highest);
      total += p;
      mean += p * vote[c];
      square += p * vote[c] * vote[c];
    }
    mean /= total;
    const auto label = static_cast<size_t>(labels_[i]);
    sum.loss += std::log(total) + highest - logits[label];
    sum.first += mean - vote[label];
    sum.second += square / total - mean * mean;
  }

  double improve(size_t k) {
    const Slope now = slope(k);
    const double before = weights_[k];
    double step = -now.first / now.second;
    for (int halving = 0; halving < 30; ++halving, step *= 0.5) {
      weights_[k] = std::max(0.0, before + step);
      if (slope(k).loss <= now.loss) return std::abs(weights_[k] - before);
    }
    weights_[k] = before;
    return 0.0;
  }

  std::span<const std::span<const float>> votes_;
  std::span<const int32_t> labels_;
  size_t classes_;
  std::vector<double> weights_;
};

}  // namespace

std::vector<double> fit_vote_weights(std::span<const std::span<const float>> votes,
                                     std::span<const int32_t> labels, int64_t classes) {
  for (const std::span<const float>& vote : votes) {
    require_rows("vote weights", vote, labels.size(), classes);
    require_finite("vote weights: logits", vote);
  }
  require_classes("vote weights: label", labels, classes);
  return Fitting(votes, labels, classes).run();
}

}  // namespace heed::metrics
