#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/support/cross_validation.h"
#include "apps/support/dataset.h"
#include "base/json.h"
#include "metrics/classification.h"
#include "metrics/intervals.h"

namespace heed::apps::support {

// How good a model is on examples that it has not seen, as one deciding to let it answer wants to know.
struct TestReport {
  struct Wrong {
    size_t example = 0;
    std::string predicted;
    double confidence = 0;
  };
  struct Bar {  // of the confidences in (lower, upper]
    double lower = 0, upper = 0;
    int64_t right = 0, wrong = 0;
  };
  struct Point {                                    // answering where confidence >= threshold
    double threshold = 0, coverage = 0, error = 0;  // error: wrong ones among those answered
  };

  std::string how = {};  // "5-fold cross-validation of a linear model"
  std::vector<std::string> intents = {};
  metrics::ConfusionMatrix matrix = {};
  std::vector<metrics::ClassScores> scores = {};  // of each intent
  double accuracy = 0, macro_f1 = 0, calibration_error = 0;
  metrics::Interval accuracy_interval = {};  // 95 %
  std::vector<Bar> histogram = {};
  std::vector<Point> curve = {};     // by falling threshold: rising coverage
  std::vector<Wrong> mistakes = {};  // the surest first

  // The most that can be answered with at most this share of wrong answers, chosen on these very examples:
  // what is possible, no promise.
  Point best_coverage(double error) const;
};

// Throws invalid_argument where there are no examples.
TestReport make_test_report(const CrossValidation& answers, std::string how);

std::string to_text(const TestReport& report, const std::vector<LabelledText>& examples, size_t most = 15);
Json to_json(const TestReport& report, const std::vector<LabelledText>& examples);
// One page that needs nothing else, and whose policy forbids every request.
std::string to_html(const TestReport& report, const std::vector<LabelledText>& examples, bool chinese);

}  // namespace heed::apps::support
