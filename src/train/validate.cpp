#include <fmt/format.h>

#include "base/error.h"
#include "metrics/direction.h"
#include "train/divergence.h"
#include "train/trainer.h"

namespace heed::train {
namespace {

std::string to_line(const std::map<std::string, double>& values) {
  std::string line;
  for (const auto& [name, value] : values) line += fmt::format("  {} {:.4f}", name, value);
  return line;
}

}  // namespace

std::map<std::string, double> Trainer::measure(const Callbacks& callbacks) const {
  auto values = task_->measure(network_);
  if (callbacks.validate) values.merge(callbacks.validate(network_));
  if (!values.contains(recipe_.train.metric)) {
    throw Error(ErrorCode::invalid_argument,
                "'train.metric': expected one that this run measures, found '" + recipe_.train.metric + "'");
  }
  return values;
}

bool Trainer::better(double metric) const {
  if (!state_.has_best) return true;
  return metrics::greater_is_better(recipe_.train.metric) ? metric > state_.best : metric < state_.best;
}

void Trainer::validate(const Callbacks& callbacks, HistoryWriter& history) {
  check_weights(recipe_, state_.step, network_.parameters());
  average_.swap();
  const auto values = measure(callbacks);
  const double metric = values.at(recipe_.train.metric);
  check_validation(recipe_, state_.step, values.at("loss"), metric);
  const bool best = better(metric);
  if (best) {
    state_.has_best = true;
    state_.best = metric;
    state_.best_step = state_.step;
    state_.worse_validations = 0;
    save_weights(recipe_.phase_folder() / "best.safetensors", network_.parameters());
  } else {
    ++state_.worse_validations;
  }
  state_.validations.push_back({.step = state_.step, .metric = metric});
  kept_.keep(state_.step, network_.parameters());
  average_.swap();
  history.add({.step = steps_before_ + state_.step,
               .epoch = state_.epoch,
               .split = task_->valid_split(),
               .values = values});
  progress_.say("  " + task_->valid_split() + to_line(values) + (best ? "  (best)" : ""));
  lower_rate_on_plateau();
}

void Trainer::lower_rate_on_plateau() {
  const Recipe::Train& train = recipe_.train;
  if (train.schedule != "plateau" || state_.worse_validations == 0) return;
  if (state_.worse_validations % train.plateau_patience != 0) return;
  state_.rate_scale *= train.plateau_factor;
  progress_.say(fmt::format("  no better {} in {} validations: learning rate {:.3g} from here", train.metric,
                            state_.worse_validations, learning_rate_now()));
}

void Trainer::try_means(const Callbacks& callbacks, HistoryWriter& history) {
  try_mean("average_last", kept_.last(state_.validations), callbacks, history);
  try_mean("average_best", kept_.best(state_.validations), callbacks, history);
}

// Keeps the mean of the weights at `steps` as the best where it is better on validation.
void Trainer::try_mean(const std::string& name, const std::vector<int64_t>& steps, const Callbacks& callbacks,
                       HistoryWriter& history) {
  if (steps.size() < 2) return;
  std::vector<torch::Tensor> mean = kept_.mean(steps, network_.parameters());
  swap_weights(network_.parameters(), mean);
  auto values = measure(callbacks);
  const double metric = values.at(recipe_.train.metric), before = state_.best;
  const bool kept = better(metric);
  if (kept) {
    state_.best = metric;
    save_weights(recipe_.phase_folder() / "best.safetensors", network_.parameters());
  }
  swap_weights(network_.parameters(), mean);
  values["kept"] = kept ? 1.0 : 0.0;
  values["models"] = static_cast<double>(steps.size());
  history.add({.step = steps_before_ + state_.step, .epoch = state_.epoch, .split = name, .values = values});
  progress_.say(fmt::format("  {} of {} models: {} {:.4f}, {} the best so far {:.4f}: {}", name, steps.size(),
                            recipe_.train.metric, metric, kept ? "better than" : "no better than", before,
                            kept ? "kept" : "dropped"));
}

}  // namespace heed::train
