#include "infer/feed_forward.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace heed::infer {
namespace {

void relu(std::span<float> values) {
  for (float& value : values) value = std::max(value, 0.0F);
}

// The exact form, x Phi(x) (arXiv:1606.08415), not the tanh approximation: training uses it too.
void gelu(std::span<float> values) {
  constexpr float kInverseRoot2 = 0.5F * std::numbers::sqrt2_v<float>;
  for (float& value : values) value *= 0.5F * (1.0F + std::erf(value * kInverseRoot2));
}

void silu(std::span<float> values) {
  for (float& value : values) value /= 1.0F + std::exp(-value);
}

auto activation_of(const std::string& name) { return name == "relu" ? relu : name == "swiglu" ? silu : gelu; }

}  // namespace

FeedForward::FeedForward(const Weights& scope, const ModelConfig& config)
    : norm_(scope, config),
      up_(scope / "up"),
      down_(scope / "down"),
      activation_(activation_of(config.activation)),
      gated_(config.gated()) {}

void FeedForward::forward(Matrix& x) const { norm_.join(x, down_(activate(up_(norm_.before(x))))); }

Matrix FeedForward::activate(Matrix inner) const {
  if (!gated_) {
    activation_(inner.values);
    return inner;
  }
  const int64_t width = inner.cols / 2;
  Matrix opened(inner.rows, width);
  for (int64_t r = 0; r < inner.rows; ++r) {
    float* const gate = inner.row(r);
    activation_({gate, static_cast<size_t>(width)});
    for (int64_t i = 0; i < width; ++i) opened.row(r)[i] = gate[i] * gate[width + i];
  }
  return opened;
}

}  // namespace heed::infer
