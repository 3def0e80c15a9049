#include <optional>

#include <fmt/format.h>

#include "metrics/direction.h"
#include "train/linear_branch.h"
#include "train/masked_tokens.h"
#include "tune/model.h"
#include "tune/self_training.h"

// The phases of a run: pre-training, then (after the teachers) one fit or, with self-training, several. Each
// is a train::Trainer with a folder of its own, so that a resumed run finds out where it was by which of them
// have ended.
namespace heed::tune {
namespace {

// The last round is the run itself; earlier ones stand in folders, and leave no snapshots.
train::Recipe round_phase(const train::Recipe& recipe, int64_t round) {
  train::Recipe phase = recipe;
  if (round == recipe.train.self_training) return phase;
  phase.phase = "round-" + std::to_string(round);
  phase.train.snapshot_minutes.clear();
  return phase;
}

}  // namespace

struct Model::Phase {
  explicit Phase(const train::Recipe& recipe)
      : folder(recipe.phase_folder()), begun(std::filesystem::exists(folder / "checkpoint.safetensors")) {
    std::filesystem::create_directories(folder);
    if (begun) state = train::read_state(folder / "checkpoint.safetensors");
  }

  std::filesystem::path folder;
  bool begun;  // there is a checkpoint
  train::TrainState state;
};

bool Model::pretrain(train::ProgressBar& progress) {
  if (!options_.pretrained.empty()) {
    train::load_weights(options_.pretrained, network_.parameters());
    return true;
  }
  const train::Recipe recipe = train::pretraining_phase(recipe_);
  Phase phase(recipe);
  if (phase.state.finished) {
    train::load_weights(phase.folder / "best.safetensors", network_.parameters());
  } else {
    train::Trainer trainer(recipe, train::masked_task(recipe, corpus_), network_, progress);
    history_ =
        trainer.fit({.validate = {}, .snapshot = {}, .stop_requested = options_.stop_requested}, phase.begun);
    phase.state = trainer.state();
    if (!trainer.finished()) return false;
  }
  totals_ = {.steps = phase.state.step, .seconds = phase.state.seconds};
  return true;
}

bool Model::fit_round(int64_t round, train::ProgressBar& progress) {
  const train::Recipe recipe = round_phase(recipe_, round);
  Phase phase(recipe);
  if (phase.state.finished && !recipe.phase.empty()) {
    train::load_weights(phase.folder / "best.safetensors", network_.parameters());
  } else {
    std::optional<train::Corpus> more;
    if (!labelled_.empty()) {
      more = corpus_;
      auto& examples = more->train.examples;
      examples.insert(examples.end(), labelled_.begin(), labelled_.end());
      train::fit_linear_branches(recipe, *more);
    }
    train::Trainer trainer(recipe, more ? *more : corpus_, network_, progress);
    history_ = trainer.fit(callbacks(), phase.begun, totals_.steps);
    phase.state = trainer.state();
    if (!trainer.finished()) return false;
  }
  calibrate();
  const bool greater = metrics::greater_is_better(recipe_.train.metric);
  const double metric = phase.state.best;
  if (best_.weights.empty() || (greater ? metric > best_.metric : metric < best_.metric)) {
    best_ = {.round = round,
             .metric = metric,
             .step = totals_.steps + phase.state.best_step,
             .labelled = static_cast<int64_t>(labelled_.size()),
             .weights = phase.folder / "best.safetensors"};
  }
  totals_.steps += phase.state.step;
  totals_.seconds += phase.state.seconds;
  return true;
}

void Model::label_more(train::ProgressBar& progress) {
  const double confidence = recipe_.train.self_training_confidence;
  labelled_ = label_texts(network_, corpus_, confidence, recipe_.train.batch_tokens);
  progress.say(
      fmt::format("self-training: {} of {} texts with a label of probability {:g} or more; again from "
                  "the start with them",
                  labelled_.size(), corpus_.unlabelled.examples.size(), confidence));
}

void Model::keep_best_round(train::ProgressBar& progress) {
  if (recipe_.train.self_training == 0) return;
  progress.say(fmt::format("self-training: round {} is kept, {} {:.4f}", best_.round, recipe_.train.metric,
                           best_.metric));
  if (best_.round == recipe_.train.self_training) return;
  train::load_weights(best_.weights, network_.parameters());
  calibrate();
}

}  // namespace heed::tune
