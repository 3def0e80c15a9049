#include "metrics/temperature.h"

#include <algorithm>
#include <cmath>

#include <boost/math/tools/minima.hpp>

#include "metrics/checks.h"

namespace heed::metrics {
namespace {

// The least of `loss` over log T by Brent's method. The loss is convex in 1/T, hence has one valley in log T
// too.
template <class Loss>
double minimise_over_temperature(Loss loss) {
  constexpr int kBits = 30;  // of log T: about 1e-8 relative, where the loss is already flat to rounding
  const auto at_log = [&](double log_temperature) { return loss(std::exp(log_temperature)); };
  const auto [log_temperature, least] = boost::math::tools::brent_find_minima(
      at_log, std::log(kMinTemperature), std::log(kMaxTemperature), kBits);
  // Brent stays inside the interval; at a monotone loss an end itself is better.
  const double ends[] = {kMinTemperature, kMaxTemperature};
  for (double end : ends) {
    if (loss(end) <= least) return end;
  }
  return std::exp(log_temperature);
}

bool rows_differ_from_constant(std::span<const float> logits, int64_t classes) {
  for (size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] != logits[i - i % static_cast<size_t>(classes)]) return true;
  }
  return false;
}

// -log softmax(row / T)[label], from differences to the row's greatest so that nothing overflows.
double softmax_loss(std::span<const float> row, size_t label, double temperature) {
  const double highest = *std::max_element(row.begin(), row.end());
  double sum = 0;
  for (float logit : row) sum += std::exp((logit - highest) / temperature);
  return std::log(sum) - (row[label] - highest) / temperature;
}

// -log sigmoid(±logit / T) as log(1 + e^-x), in the form that does not overflow.
double sigmoid_loss(double logit, bool target, double temperature) {
  const double x = (target ? logit : -logit) / temperature;
  return std::max(-x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

}  // namespace

double fit_temperature(std::span<const float> logits, std::span<const int32_t> labels, int64_t classes) {
  require_rows("temperature", logits, labels.size(), classes);
  require_classes("temperature: label", labels, classes);
  require_finite("temperature: logits", logits);
  if (!rows_differ_from_constant(logits, classes)) return 1;
  return minimise_over_temperature([&](double temperature) {
    double sum = 0;
    for (size_t i = 0; i < labels.size(); ++i) {
      sum += softmax_loss(row_of(logits, i, classes), static_cast<size_t>(labels[i]), temperature);
    }
    return sum / static_cast<double>(labels.size());
  });
}

double fit_sigmoid_temperature(std::span<const float> logits, std::span<const uint8_t> targets) {
  require_equal_lengths("temperature", logits.size(), targets.size());
  require_binary("temperature: target", targets);
  require_finite("temperature: logits", logits);
  if (std::all_of(logits.begin(), logits.end(), [](float l) { return l == 0; })) return 1;
  return minimise_over_temperature([&](double temperature) {
    double sum = 0;
    for (size_t i = 0; i < targets.size(); ++i) sum += sigmoid_loss(logits[i], targets[i] == 1, temperature);
    return sum / static_cast<double>(targets.size());
  });
}

}  // namespace heed::metrics
