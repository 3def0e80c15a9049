#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "economy/examination.h"
#include "economy/history_attention.h"
#include "metrics/logistic.h"

// How likely a person attends to an item in a place: how often the place is looked at, times how much the
// item speaks to this person, by attention over what they were shown before.
namespace heed::economy {

// Whether something was done to win the impression's attention, and with which probability, in (0, 1).
struct Treatment {
  bool treated = false;
  double propensity = 0.5;
};

struct Impression {
  uint32_t person = 0, item = 0;
  int32_t position = 0;  // from 0
  int64_t time_us = 0;   // UTC
  bool attended = false;
  std::optional<Treatment> treatment{};
};

// Hashed runs of 1 to 3 characters of a text, signed, of length 1: texts that share words have a product
// above 0, in any script. [kSketch]
inline constexpr size_t kSketch = 64;
std::vector<float> sketch(std::string_view text);

// What was shown to whom, in order of time.
class ImpressionLog {
 public:
  // `where` opens messages. Throws invalid_argument on a time that is not ISO 8601, a position below 0, and
  // an item whose text is another than before.
  void add(const std::string& person, const std::string& item, const std::string& text, int64_t position,
           const std::string& time, bool attended, const std::string& where,
           const std::optional<Treatment>& treatment = std::nullopt);
  // Call once after the last add. Throws invalid_argument where there is none.
  void sort();

  const std::vector<std::string>& people() const { return people_; }
  const std::vector<std::string>& items() const { return items_; }
  const std::vector<std::vector<float>>& sketches() const { return sketches_; }  // [items, kSketch]
  const std::vector<Impression>& impressions() const { return impressions_; }
  int64_t positions() const { return positions_; }

 private:
  std::vector<std::string> people_, items_, texts_;
  std::vector<std::vector<float>> sketches_;
  std::unordered_map<std::string, uint32_t> person_index_, item_index_;
  std::vector<Impression> impressions_;
  int64_t positions_ = 0;
};

// The moments of impressions [from, to), each seeing only what came before it.
std::vector<HistoryExample> attraction_examples(const ImpressionLog& log, size_t from, size_t to);

struct AcquisitionOptions {
  HistoryFitOptions fit = {.epochs = 20, .members = 3};
  int64_t rounds = 2;        // of expectation (was it looked at?) and maximisation
  double calibration = 0.2;  // the last part, which only calibrates
};

// P(attended) = sigmoid(a + b logit(examination[position] * attraction(person, item, history)))
struct AcquisitionModel {
  Examination examination;
  HistoryModel attraction;
  metrics::LogisticModel calibration;  // of that logit

  // The chance of a moment in a place; a place that was never seen counts as the last.
  double chance(const HistoryExample& moment, int64_t position) const;
};

// Learned from impressions [0, to). Attraction is learned by expectation maximisation: what was not attended
// was perhaps not looked at. Throws invalid_argument where there is too little to learn from, or places share
// no item.
AcquisitionModel fit_acquisition(const ImpressionLog& log, size_t to, const AcquisitionOptions& options = {});

// Over impressions [from, to): -log likelihood of an impression by the model, by place and item alone
// (examination.h), and by one share.
struct AcquisitionFigures {
  int64_t impressions = 0;
  double log_loss = 0, by_place_and_item = 0, by_share = 0;
  double attended = 0, predicted = 0;  // mean
  double calibration_error = 0;        // of 10 bins of the same number of impressions
};
AcquisitionFigures acquisition_figures(const AcquisitionModel& model, const ImpressionLog& log, size_t from,
                                       size_t to);

}  // namespace heed::economy
