#include "infer/feed_forward.h"

#include <string>

#include "infer/profile.h"
#include "kernels/activation.h"

namespace heed::infer {
namespace {

auto activation_of(const std::string& name) {
  return name == "relu" ? nullptr : name == "swiglu" ? kernels::silu : kernels::gelu;
}

}  // namespace

FeedForward::FeedForward(const Weights& scope, const ModelConfig& config)
    : norm_(scope, config),
      up_(scope / "up"),
      down_(scope / "down"),
      activation_(activation_of(config.activation)),
      gated_(config.gated()) {}

void FeedForward::forward(Matrix& x) const {
  norm_.join(x, down_, activate(up_(norm_.before(x), {.relu = activation_ == nullptr})));
}

Matrix FeedForward::activate(Matrix inner) const {
  if (activation_ == nullptr) return inner;
  const Timed timed(Operation::activation);
  if (!gated_) {
    activation_(inner.values.data(), static_cast<int64_t>(inner.values.size()));
    return inner;
  }
  const int64_t width = inner.cols / 2;
  Matrix opened(inner.rows, width);
  for (int64_t r = 0; r < inner.rows; ++r) {
    float* const gate = inner.row(r);
    activation_(gate, width);
    for (int64_t i = 0; i < width; ++i) opened.row(r)[i] = gate[i] * gate[width + i];
  }
  return opened;
}

}  // namespace heed::infer
