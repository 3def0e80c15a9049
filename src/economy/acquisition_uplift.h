#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "economy/acquisition.h"
#include "economy/uplift.h"

// Whom a treatment (a notification, a banner) wins that would not have attended anyway.
namespace heed::economy {

struct AcquisitionUplift {
  LinearModel model;  // of the features of uplift_features
  MeanEffect mean;    // over the impressions it was learned from
};

// Of impressions [from, to), what uplift may depend on: log odds of attention in the first place, position,
// how often the item and the person attend, how much is known of either. [to - from, kUpliftFeatures]
inline constexpr int64_t kUpliftFeatures = 6;
std::vector<double> uplift_features(const AcquisitionModel& model, const ImpressionLog& log, size_t from,
                                    size_t to);

// The doubly robust learner (uplift.h) over impressions [0, to), all of which say whether they were treated.
// Throws invalid_argument where some do not, and as doubly_robust_uplift does.
AcquisitionUplift fit_acquisition_uplift(const AcquisitionModel& model, const ImpressionLog& log, size_t to);

// Area of the Qini curve of impressions [from, to) treated by falling `uplifts`; 0: no better than chance.
double acquisition_qini(const ImpressionLog& log, std::span<const double> uplifts, size_t from, size_t to);

}  // namespace heed::economy
