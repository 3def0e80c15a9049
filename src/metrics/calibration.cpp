#include "metrics/calibration.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "metrics/checks.h"

namespace heed::metrics {
namespace {

constexpr double kLeastProbability = 1e-15;  // keeps one impossible surprise from making a mean infinite

double surprise(double probability) { return -std::log(std::max(probability, kLeastProbability)); }

double mean(double sum, size_t count) { return count == 0 ? 0 : sum / static_cast<double>(count); }

void require_distribution(const std::string& what, std::span<const float> probabilities,
                          std::span<const int32_t> labels, int64_t classes) {
  require_rows(what, probabilities, labels.size(), classes);
  require_classes(what + ": label", labels, classes);
  require_probabilities(what, probabilities);
}

void require_cells(const std::string& what, std::span<const float> probabilities,
                   std::span<const uint8_t> targets) {
  require_equal_lengths(what, probabilities.size(), targets.size());
  require_probabilities(what, probabilities);
  require_binary(what + ": target", targets);
}

// Turns sums of confidence and accuracy into means.
void finish(ReliabilityBin& bin) {
  if (bin.count == 0) return;
  bin.confidence /= static_cast<double>(bin.count);
  bin.accuracy /= static_cast<double>(bin.count);
}

void add(ReliabilityBin& bin, double confidence, bool correct) {
  ++bin.count;
  bin.confidence += confidence;
  bin.accuracy += correct;
}

std::vector<ReliabilityBin> equal_width_table(const TopPredictions& predictions, int64_t bins) {
  std::vector<ReliabilityBin> table(static_cast<size_t>(bins));
  const auto edge = [&](size_t b) { return static_cast<double>(b) / static_cast<double>(bins); };
  for (size_t b = 0; b < table.size(); ++b) {
    table[b].lower = edge(b);
    table[b].upper = edge(b + 1);
  }
  for (size_t i = 0; i < predictions.confidence.size(); ++i) {
    const double confidence = predictions.confidence[i];
    // Bins are open below and closed above; 0 itself goes into the first.
    const auto rank = static_cast<int64_t>(std::ceil(confidence * static_cast<double>(bins))) - 1;
    add(table[static_cast<size_t>(std::clamp<int64_t>(rank, 0, bins - 1))], confidence,
        predictions.correct[i]);
  }
  for (auto& bin : table) finish(bin);
  return table;
}

std::vector<ReliabilityBin> equal_mass_table(const TopPredictions& predictions, int64_t bins) {
  const size_t count = predictions.confidence.size();
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return predictions.confidence[a] < predictions.confidence[b]; });
  std::vector<ReliabilityBin> table(std::min(static_cast<size_t>(bins), count));
  for (size_t b = 0; b < table.size(); ++b) {
    const size_t begin = b * count / table.size(), end = (b + 1) * count / table.size();
    for (size_t i = begin; i < end; ++i)
      add(table[b], predictions.confidence[order[i]], predictions.correct[order[i]]);
    table[b].lower = predictions.confidence[order[begin]];
    table[b].upper = predictions.confidence[order[end - 1]];
    finish(table[b]);
  }
  return table;
}

double gap(const ReliabilityBin& bin) { return std::abs(bin.accuracy - bin.confidence); }

}  // namespace

TopPredictions top_predictions(std::span<const float> probabilities, std::span<const int32_t> labels,
                               int64_t classes) {
  require_distribution("top predictions", probabilities, labels, classes);
  TopPredictions top;
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto row = row_of(probabilities, i, classes);
    const auto best = std::max_element(row.begin(), row.end());
    top.confidence.push_back(std::min(1.0, static_cast<double>(*best)));
    top.correct.push_back(best - row.begin() == labels[i]);
  }
  return top;
}

std::vector<ReliabilityBin> reliability_table(const TopPredictions& predictions, int64_t bins,
                                              Binning binning) {
  require_equal_lengths("reliability table", predictions.confidence.size(), predictions.correct.size());
  require_at_least("reliability table: bins", bins, 1);
  require_probabilities("reliability table", predictions.confidence);
  require_binary("reliability table: correct", predictions.correct);
  return binning == Binning::equal_width ? equal_width_table(predictions, bins)
                                         : equal_mass_table(predictions, bins);
}

double expected_calibration_error(std::span<const ReliabilityBin> table) {
  double sum = 0;
  size_t count = 0;
  for (const auto& bin : table) {
    sum += static_cast<double>(bin.count) * gap(bin);
    count += static_cast<size_t>(bin.count);
  }
  return mean(sum, count);
}

double expected_calibration_error(std::span<const float> probabilities, std::span<const int32_t> labels,
                                  int64_t classes, int64_t bins, Binning binning) {
  return expected_calibration_error(
      reliability_table(top_predictions(probabilities, labels, classes), bins, binning));
}

double maximum_calibration_error(std::span<const ReliabilityBin> table) {
  double worst = 0;
  for (const auto& bin : table) worst = std::max(worst, gap(bin));
  return worst;
}

double brier_score(std::span<const float> probabilities, std::span<const int32_t> labels, int64_t classes) {
  require_distribution("Brier score", probabilities, labels, classes);
  double sum = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto row = row_of(probabilities, i, classes);
    for (size_t c = 0; c < row.size(); ++c) {
      const double error = row[c] - (c == static_cast<size_t>(labels[i]) ? 1.0 : 0.0);
      sum += error * error;
    }
  }
  return mean(sum, labels.size());
}

double log_loss(std::span<const float> probabilities, std::span<const int32_t> labels, int64_t classes) {
  require_distribution("log loss", probabilities, labels, classes);
  double sum = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    sum += surprise(row_of(probabilities, i, classes)[static_cast<size_t>(labels[i])]);
  }
  return mean(sum, labels.size());
}

double binary_brier_score(std::span<const float> probabilities, std::span<const uint8_t> targets) {
  require_cells("binary Brier score", probabilities, targets);
  double sum = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    const double error = static_cast<double>(probabilities[i]) - targets[i];
    sum += error * error;
  }
  return mean(sum, targets.size());
}

double binary_log_loss(std::span<const float> probabilities, std::span<const uint8_t> targets) {
  require_cells("binary log loss", probabilities, targets);
  double sum = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    const double p = probabilities[i];
    sum += surprise(targets[i] == 1 ? p : 1 - p);
  }
  return mean(sum, targets.size());
}

std::vector<float> softmax_rows(std::span<const float> logits, int64_t classes, double temperature) {
  const size_t rows = count_rows("softmax", logits, classes);
  require_in_range("softmax: temperature", temperature, 1e-6, 1e6);
  require_finite("softmax", logits);
  std::vector<float> probabilities(logits.size());
  for (size_t i = 0; i < rows; ++i) {
    const auto row = row_of(logits, i, classes);
    const double highest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (float logit : row) sum += std::exp((logit - highest) / temperature);
    for (size_t c = 0; c < row.size(); ++c) {
      probabilities[i * row.size() + c] =
          static_cast<float>(std::exp((row[c] - highest) / temperature) / sum);
    }
  }
  return probabilities;
}

std::vector<float> sigmoid_cells(std::span<const float> logits, double temperature) {
  require_in_range("sigmoid: temperature", temperature, 1e-6, 1e6);
  require_finite("sigmoid", logits);
  std::vector<float> probabilities;
  for (float logit : logits)
    probabilities.push_back(static_cast<float>(1 / (1 + std::exp(-logit / temperature))));
  return probabilities;
}

}  // namespace heed::metrics
