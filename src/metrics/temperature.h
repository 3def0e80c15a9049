#pragma once

#include <cstdint>
#include <span>

namespace heed::metrics {

// Fitted temperatures stay in this range: data that are all right (or all wrong) would drive them to 0 (or
// infinity).
inline constexpr double kMinTemperature = 0.05;
inline constexpr double kMaxTemperature = 20;

// The T > 0 that minimises the mean of -log softmax(logits / T)[label] (arXiv:1706.04599 sec. 4.2), logits
// [N, L]. Dividing by T keeps the order of the classes. The loss is convex in 1/T, so the least one in the
// range is found. 1 where there is nothing to learn from: no rows, one class, or logits that are all equal.
// Throws invalid_argument on lengths that differ, labels out of range, values not finite.
double fit_temperature(std::span<const float> logits, std::span<const int32_t> labels, int64_t classes);

// The same for independent labels: the mean of binary cross-entropy of sigmoid(logits / T); logits and
// targets [N, L], targets 0 or 1.
double fit_sigmoid_temperature(std::span<const float> logits, std::span<const uint8_t> targets);

}  // namespace heed::metrics
