#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace heed::metrics {

// Does a model that says 80 % turn out right four times in five? Every function throws invalid_argument where
// lengths differ, a label is out of range, a probability is outside [0, 1] or a value is not finite. No
// examples: 0.

// The top class of each row of probabilities [N, L]: how sure the model was, and whether it was right.
struct TopPredictions {
  std::vector<double> confidence;
  std::vector<uint8_t> correct;
};
TopPredictions top_predictions(std::span<const float> probabilities, std::span<const int32_t> labels,
                               int64_t classes);

enum class Binning {
  equal_width,  // (0, 1/bins], (1/bins, 2/bins], ...
  equal_mass,   // the same number of examples in each, up to one ("adaptive"; arXiv:1904.01685)
};

struct ReliabilityBin {
  double lower =
      0;  // of the confidences in it: the bin's edges, or for equal mass its least and greatest confidence
  double upper = 0;
  int64_t count = 0;
  double confidence = 0;  // mean
  double accuracy = 0;
};

std::vector<ReliabilityBin> reliability_table(const TopPredictions& predictions, int64_t bins = 15,
                                              Binning binning = Binning::equal_width);

// Sum over bins of count/N * |accuracy - confidence| (arXiv:1706.04599 eq. 3).
double expected_calibration_error(std::span<const ReliabilityBin> table);
double expected_calibration_error(std::span<const float> probabilities, std::span<const int32_t> labels,
                                  int64_t classes, int64_t bins = 15, Binning binning = Binning::equal_width);
// The worst bin's |accuracy - confidence|.
double maximum_calibration_error(std::span<const ReliabilityBin> table);

// Mean over rows of the squared distance between the probabilities and the one-hot truth: 0 to 2.
double brier_score(std::span<const float> probabilities, std::span<const int32_t> labels, int64_t classes);

// Mean of -log p(true class); p is held at 1e-15 or more.
double log_loss(std::span<const float> probabilities, std::span<const int32_t> labels, int64_t classes);

// The same two for independent labels; probabilities and targets [N, L], targets 0 or 1, mean over all cells.
double binary_brier_score(std::span<const float> probabilities, std::span<const uint8_t> targets);
double binary_log_loss(std::span<const float> probabilities, std::span<const uint8_t> targets);

// softmax(logits / temperature) of every row [N, L]; sigmoid(logits / temperature) of every cell.
std::vector<float> softmax_rows(std::span<const float> logits, int64_t classes, double temperature = 1);
std::vector<float> sigmoid_cells(std::span<const float> logits, double temperature = 1);

}  // namespace heed::metrics
