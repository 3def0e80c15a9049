#pragma once

#include <algorithm>
#include <cmath>

// The feature map of the `linear` score: phi(x) = elu(x) + 1, arXiv:2006.16236 eq. 7, that is x + 1 where
// x > 0 and exp(x) elsewhere.
namespace heed::attention {

// phi is at least this, so that no score underflows to 0 and every row has weights. exp(x) reaches it at
// x = -27.6; elu(x) + 1 in floats, as it is usually computed, is 0 from x = -17 on.
constexpr float kLeastFeature = 1e-12F;

template <class T>
T feature(T x) {
  return x <= 0 ? std::max(std::exp(x), T(kLeastFeature)) : x + 1;  // NaN stays NaN
}

// The slope of phi at the x that gave `feature`: exp(x) below 0, 1 above it, 0 at the least feature.
template <class T>
T feature_slope(T feature) {
  return feature <= T(kLeastFeature) ? T(0) : std::min(feature, T(1));
}

}  // namespace heed::attention
