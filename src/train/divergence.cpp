#include "train/divergence.h"

#include <cmath>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::train {
namespace {

constexpr double kHighestLoss = 1e4;

[[noreturn]] void fail(const Recipe& recipe, int64_t step, const std::string& expected, double found) {
  const std::string section = recipe.phase == "pretrain" ? "pretrain" : "train";
  const std::string advice =
      "lower " + section + ".learning_rate" +
      (recipe.train.clip_norm > 0 ? " or train.clip_norm" : ", clip gradients (train.clip_norm = 1)");
  throw Error(
      ErrorCode::internal,
      fmt::format("step {}: expected {}, found {:g}; the last checkpoint and the best model so far stay in "
                  "{}: {} or lengthen {}.warmup_steps, and start again",
                  step, expected, found, recipe.phase_folder().string(), advice, section));
}

}  // namespace

void check_training(const Recipe& recipe, int64_t step, double loss, double gradient_norm) {
  if (!(loss <= kHighestLoss)) {  // nor where it is not a number
    fail(recipe, step, fmt::format("a training loss of at most {:g}", kHighestLoss), loss);
  }
  if (!std::isfinite(gradient_norm)) fail(recipe, step, "a finite gradient", gradient_norm);
}

void check_validation(const Recipe& recipe, int64_t step, double loss, double metric) {
  if (!std::isfinite(loss)) fail(recipe, step, "a finite loss on validation", loss);
  if (!std::isfinite(metric))
    fail(recipe, step, "a finite " + recipe.train.metric + " on validation", metric);
}

void check_weights(const Recipe& recipe, int64_t step, const Parameters& parameters) {
  for (const auto& [name, tensor] : parameters.all()) {
    const double sum = tensor.detach().sum(torch::kFloat64).item<double>();
    if (!std::isfinite(sum)) fail(recipe, step, "finite weights in '" + name + "'", sum);
  }
}

}  // namespace heed::train
