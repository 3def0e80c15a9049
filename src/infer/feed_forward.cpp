#include "infer/feed_forward.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace heed::infer {
namespace {

void relu(std::vector<float>& values) {
  for (float& value : values) value = std::max(value, 0.0F);
}

// The exact form, x Phi(x) (arXiv:1606.08415), not the tanh approximation: training uses it too.
void gelu(std::vector<float>& values) {
  constexpr float kInverseRoot2 = 0.5F * std::numbers::sqrt2_v<float>;
  for (float& value : values) value *= 0.5F * (1.0F + std::erf(value * kInverseRoot2));
}

}  // namespace

FeedForward::FeedForward(const Weights& scope, const ModelConfig& config)
    : norm_(scope / "norm"), up_(scope / "up"), down_(scope / "down"), gelu_(config.activation == "gelu") {}

Matrix FeedForward::operator()(const Matrix& x) const {
  Matrix inner = up_(norm_(x));
  gelu_ ? gelu(inner.values) : relu(inner.values);
  return down_(inner);
}

}  // namespace heed::infer
