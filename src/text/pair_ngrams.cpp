#include "text/pair_ngrams.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace heed {
namespace {

void scale(std::span<float> values) {
  double square = 0.0;
  for (const float value : values) square += static_cast<double>(value) * value;
  if (square == 0.0) return;
  const auto factor = static_cast<float>(kTextLength * std::sqrt(0.5 / square));
  for (float& value : values) value *= factor;
}

}  // namespace

NgramRows pair_ngrams(const NgramRows& first, const NgramRows& second, int64_t buckets) {
  NgramRows both, one;
  const auto add = [](NgramRows& rows, int64_t bucket, float value) {
    rows.buckets.push_back(static_cast<int32_t>(bucket));
    rows.values.push_back(value);
  };
  for (size_t i = 0, j = 0; i < first.buckets.size() || j < second.buckets.size();) {
    const bool ends = j == second.buckets.size();
    if (!ends && i < first.buckets.size() && first.buckets[i] == second.buckets[j]) {
      add(both, first.buckets[i], 0.5F * (first.values[i] + second.values[j]));
      ++i, ++j;
    } else if (ends || (i < first.buckets.size() && first.buckets[i] < second.buckets[j])) {
      add(one, buckets + first.buckets[i], first.values[i]);
      ++i;
    } else {
      add(one, buckets + second.buckets[j], second.values[j]);
      ++j;
    }
  }
  scale(both.values);
  scale(one.values);
  both.buckets.insert(both.buckets.end(), one.buckets.begin(), one.buckets.end());
  both.values.insert(both.values.end(), one.values.begin(), one.values.end());
  both.begins.push_back(static_cast<int64_t>(both.buckets.size()));
  return both;
}

}  // namespace heed
