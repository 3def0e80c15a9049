#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace heed::metrics {

// Split conformal prediction: sets of classes that hold the truth with a promised frequency, whatever the
// model, so long as calibration rows and later rows come from the same source (introduction:
// arXiv:2107.07511). Calibration rows must not have been trained on. Probabilities are [N, L] of floats,
// labels [N]. Throws invalid_argument on bad shapes or values, or alpha outside (0, 1).

// The ceil((n + 1)(1 - alpha))-th smallest score; infinite where n is too small for that: every class is then
// in the set.
double conformal_quantile(std::span<const double> scores, double alpha);

// LAC (arXiv:1609.00451): score 1 - p(truth); the set is every class with 1 - p(class) <= threshold. Smallest
// sets on average; coverage of at least 1 - alpha over all rows.
double lac_threshold(std::span<const float> probabilities, std::span<const int32_t> labels, int64_t classes,
                     double alpha);
std::vector<int32_t> lac_set(std::span<const float> row, double threshold);

// The same with a threshold a class, from that class's rows alone: coverage holds for every class by itself
// (arXiv:1609.00451 sec. 2.2). A class with too few rows gets an infinite threshold.
std::vector<double> class_conditional_thresholds(std::span<const float> probabilities,
                                                 std::span<const int32_t> labels, int64_t classes,
                                                 double alpha);
std::vector<int32_t> class_conditional_set(std::span<const float> row, std::span<const double> thresholds);

// APS (arXiv:2006.02544, without randomisation, hence on the safe side): score is the sum of probabilities of
// the classes down to the truth, most likely first; the set takes classes in that order while the sum stays
// within the threshold. Larger sets for harder rows. The most likely class is always in.
double aps_threshold(std::span<const float> probabilities, std::span<const int32_t> labels, int64_t classes,
                     double alpha);
std::vector<int32_t> aps_set(std::span<const float> row, double threshold);

struct SelectiveOptions {
  double alpha = 0.05;  // wrong answers allowed among those given
  double delta = 0.1;   // probability that the promise fails
  int64_t steps = 50;   // candidate thresholds 0, 1/steps, ..., (steps - 1)/steps
  // 0: Holm's rule. Above 0: fixed-sequence testing, from the highest threshold that answers at least so many
  // rows down to the first that is not accepted at level delta. The order does not look at `correct`, so
  // nothing is paid for the number of steps; what is gained is lost where the surest rows are the wrong ones.
  int64_t first_answered = 0;
};

struct SelectiveThreshold {
  double threshold = 0;  // answer where confidence >= threshold
  int64_t answered = 0;  // calibration rows
  int64_t wrong = 0;     // of those
  double upper =
      0;  // Clopper-Pearson bound (level delta, this threshold alone) on the share of wrong answers
};

// When to answer and when to hand over: the smallest threshold whose share of wrong answers is at most alpha
// with probability 1 - delta over the calibration rows. Learn then Test (arXiv:2110.01052): each candidate
// has the exact binomial p-value P(Bin(answered, alpha) <= wrong), and Holm's rule over the fixed grid keeps
// all that are accepted true together with probability 1 - delta, so the smallest may be taken; so does
// testing them in a fixed order until one fails. No value where none can be accepted: too few rows, or too
// many mistakes.
std::optional<SelectiveThreshold> selective_threshold(std::span<const double> confidence,
                                                      std::span<const uint8_t> correct,
                                                      const SelectiveOptions& options = {});

// The fewest answers among which `wrong` mistakes are still accepted, P(Bin(n, alpha) <= wrong) <= delta:
// where a fixed order may begin, as SelectiveOptions::first_answered.
int64_t fewest_answers(double alpha, double delta, int64_t wrong);

}  // namespace heed::metrics
