#include "economy/acquisition_uplift.h"

#include <cmath>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::economy {
namespace {

constexpr size_t kShares = 4;  // of a moment's query: shares of item and person, how often either was seen

struct Treatments {
  std::vector<uint8_t> treated;
  std::vector<double> propensities, outcomes;

  Treatments(const ImpressionLog& log, size_t from, size_t to) {
    for (size_t k = from; k < to; ++k) {
      const Impression& one = log.impressions()[k];
      if (!one.treatment)
        throw Error(
            ErrorCode::invalid_argument,
            fmt::format("uplift: expected each impression to say whether it was treated, found none of "
                        "person '{}', item '{}'",
                        log.people()[one.person], log.items()[one.item]));
      treated.push_back(one.treatment->treated ? 1 : 0);
      propensities.push_back(one.treatment->propensity);
      outcomes.push_back(one.attended ? 1 : 0);
    }
  }
  Trial trial(std::span<const double> features, int64_t width) const {
    return {.features = features,
            .treated = treated,
            .outcomes = outcomes,
            .propensities = propensities,
            .width = width};
  }
};

}  // namespace

std::vector<double> uplift_features(const AcquisitionModel& model, const ImpressionLog& log, size_t from,
                                    size_t to) {
  const std::vector<HistoryExample> moments = attraction_examples(log, from, to);
  std::vector<double> features;
  for (size_t k = from; k < to; ++k) {
    const HistoryExample& moment = moments[k - from];
    const double chance = model.chance(moment, 0);
    features.push_back(std::log(chance / (1 - chance)));
    features.push_back(log.impressions()[k].position);
    features.insert(features.end(), moment.query.begin(), moment.query.begin() + kShares);
  }
  return features;
}

AcquisitionUplift fit_acquisition_uplift(const AcquisitionModel& model, const ImpressionLog& log, size_t to) {
  const Treatments known(log, 0, to);
  const std::vector<double> features = uplift_features(model, log, 0, to);
  const Trial trial = known.trial(features, kUpliftFeatures);
  return {.model = doubly_robust_uplift(trial), .mean = mean_effect(trial)};
}

double acquisition_qini(const ImpressionLog& log, std::span<const double> uplifts, size_t from, size_t to) {
  const Treatments known(log, from, to);
  const std::vector<double> none(to - from, 0);
  return qini(known.trial(none, 1), uplifts);
}

}  // namespace heed::economy
