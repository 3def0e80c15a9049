#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/support/dataset.h"
#include "base/json.h"

namespace heed::apps::support {

struct DataReportOptions {
  int64_t min_examples = 10;  // intents with fewer are small
  double similarity = 0.8;    // near-duplicates (data/minhash.h)
  int64_t folds = 5;          // of the cross-validation; 0: none, and no suspects
  int64_t threads = 1;
};

// What is wrong with training data, found before an hour is spent on it. Examples are numbers into
// Dataset::examples.
struct DataReport {
  struct Contradiction {  // one text (normalised, caseless), several intents
    std::string text;
    std::vector<size_t> examples;
  };
  struct Near {  // two texts alike of different intents, not equal
    size_t first = 0, second = 0;
    double similarity = 0;
  };
  struct Mislabelled {  // suspects.h, contradictions left out
    size_t example = 0;
    std::string looks_like;
    double given_probability = 0, predicted_probability = 0;
  };
  struct Confusion {  // two intents that a linear model takes for each other
    std::string first, second;
    int64_t count = 0;  // of both directions
    double share = 0;   // of the examples of the two
  };
  struct Unmarked {  // a part marked as an entity in some examples and left bare in others
    std::string part, entity;
    int64_t marked = 0;
    std::vector<size_t> bare;
  };

  std::map<std::string, int64_t> intents;    // examples of each
  std::map<std::string, int64_t> languages;  // examples of each
  std::map<std::string, std::map<std::string, int64_t>> intent_languages;
  std::map<std::string, int64_t> entities;  // marks of each
  int64_t duplicates = 0;                   // examples equal to an earlier one of the same intent
  std::vector<std::string> small;           // intents
  std::vector<std::pair<std::string, std::string>> one_language;  // intent, language that it lacks
  std::vector<std::string> unanswered;  // intents without an answer, where any has one
  std::vector<Contradiction> contradictions;
  std::vector<Near> near;
  std::vector<Mislabelled> mislabelled;
  std::vector<Confusion> confusions;
  std::vector<Unmarked> unmarked;
  std::optional<double> accuracy, macro_f1;  // cross-validated, of the linear model

  // Examples of the largest intent to those of the median one.
  double imbalance() const;
};

DataReport make_report(const Dataset& dataset, const DataReportOptions& options = {});

// For a person: what is there, then each kind of problem with at most `most` of its cases, the worst first,
// and what to do.
std::string to_text(const DataReport& report, const Dataset& dataset, size_t most = 10);
// Everything, with the place of every example.
Json to_json(const DataReport& report, const Dataset& dataset);

}  // namespace heed::apps::support
