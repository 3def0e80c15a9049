#include "attention/attention.h"

#include <atomic>

#include "attention/bfloat16.h"
#include "attention/check.h"
#include "attention/dropout.h"
#include "attention/fused.h"
#include "attention/linear.h"
#include "attention/reference.h"
#include "base/log.h"

namespace heed::attention {
namespace {

// Once for each score and normaliser, as long as the process lives.
void say_reference(const Variant& variant) {
  static std::atomic<uint64_t> said{0};
  const auto bit = static_cast<size_t>(variant.score) * normaliser_names().size() +
                   static_cast<size_t>(variant.normaliser);
  if (said.fetch_or(uint64_t{1} << bit) & (uint64_t{1} << bit)) return;
  spdlog::info(
      "attention: score '{}' with normaliser '{}' has no fused kernel and runs on the plain reference",
      to_string(variant.score), to_string(variant.normaliser));
}

// The kernels of bfloat16 are those of softmax.
bool bfloat16_covers(const Variant& variant) {
  return fused_covers(variant) && variant.normaliser == Normaliser::softmax;
}

}  // namespace

bool dropout_keeps(uint64_t seed, double dropout, int64_t row, int64_t head, int64_t key) {
  return dropout_bits(dropout_row(seed, row, head), static_cast<uint32_t>(key)) >= dropout_threshold(dropout);
}

void forward(const Variant& variant, const Inputs<float>& inputs, Heads<float> output, Saved* saved, Tap* tap,
             const ParallelFor& parallel) {
  check_inputs("attention::forward", variant, inputs, output);
  if (fused_covers(variant)) return fused_forward(variant, inputs, output, saved, tap, parallel);
  if (linear_covers(variant, inputs)) return linear_forward(variant, inputs, output, saved, tap, parallel);
  say_reference(variant);
  reference_forward<float>(variant, inputs, output, saved, tap, parallel);
}

void forward(const Variant& variant, const Inputs<BFloat16>& inputs, Heads<float> output, Saved* saved,
             Tap* tap, const ParallelFor& parallel) {
  check_inputs("attention::forward", variant, inputs, output);
  if (bfloat16_covers(variant)) return fused_forward(variant, inputs, output, saved, tap, parallel);
  forward(variant, WideInputs(inputs).inputs(), output, saved, tap, parallel);
}

void backward(const Variant& variant, const Inputs<float>& inputs, Heads<const float> output,
              const Saved& saved, Heads<const float> d_output, const Gradients<float>& gradients,
              const ParallelFor& parallel) {
  check_inputs("attention::backward", variant, inputs, output);
  check_gradients("attention::backward", inputs, saved, d_output, gradients);
  if (fused_covers(variant)) {
    return fused_backward(variant, inputs, output, saved, d_output, gradients, parallel);
  }
  if (linear_covers(variant, inputs)) {
    return linear_backward(variant, inputs, output, saved, d_output, gradients, parallel);
  }
  say_reference(variant);
  reference_backward<float>(variant, inputs, d_output, gradients, parallel);
}

void backward(const Variant& variant, const Inputs<BFloat16>& inputs, Heads<const float> output,
              const Saved& saved, Heads<const float> d_output, const Gradients<float>& gradients,
              const ParallelFor& parallel) {
  check_inputs("attention::backward", variant, inputs, output);
  check_gradients("attention::backward", inputs, saved, d_output, gradients);
  if (bfloat16_covers(variant)) {
    return fused_backward(variant, inputs, output, saved, d_output, gradients, parallel);
  }
  backward(variant, WideInputs(inputs).inputs(), output, saved, d_output, gradients, parallel);
}

}  // namespace heed::attention
