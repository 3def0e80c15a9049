#pragma once

#include <functional>
#include <map>
#include <string>

#include "train/checkpoint.h"
#include "train/examples.h"
#include "train/gradient_workers.h"
#include "train/history.h"
#include "train/kept_weights.h"
#include "train/network.h"
#include "train/optimiser.h"
#include "train/progress.h"
#include "train/recipe.h"
#include "train/schedule.h"
#include "train/task.h"
#include "train/weight_average.h"

namespace heed::train {

// What a caller may add to a run. All optional.
struct Callbacks {
  // More validation metrics (BLEU, which needs decoding), of the weights that would be kept.
  std::function<std::map<std::string, double>(const Network&)> validate;
  // Asked to keep the model as it is at one of train.snapshot_minutes.
  std::function<void(const Network&, double minutes)> snapshot;
  // Polled after every step: true saves a checkpoint and leaves (SIGTERM).
  std::function<bool()> stop_requested;
};

// Loss and the metrics that need no decoding, over a split: "accuracy" of the first head; of several heads
// "HEAD/accuracy" of each, over the rows that have its labels; "SET/HEAD/accuracy" too where several of
// `sets` (names of Corpus::sets) have them.
std::map<std::string, double> evaluate(const Network& network, const Split& split, int64_t batch_tokens,
                                       const std::vector<std::string>& sets = {});

// What the teachers' answers (Example::soft_labels) score over a split, as "teachers/accuracy"; empty where
// there are none.
std::map<std::string, double> teacher_figures(const Split& split, const ModelConfig& config);

// What each branch of a head votes (ClassificationHead::votes), logits [R, L] over the R rows of a split
// that have its labels, in the split's order; none where none has.
std::vector<torch::Tensor> head_votes(const Network& network, const Split& split, size_t head,
                                      int64_t batch_tokens);

// Their sum: the head's logits [R, L].
torch::Tensor head_logits(const Network& network, const Split& split, size_t head, int64_t batch_tokens);

// Fits a network to a task as a recipe says. Files stand in recipe.phase_folder(): checkpoint.safetensors,
// best.safetensors, weights-<step>.safetensors (KeptWeights); metrics.jsonl and TensorBoard events, of all
// phases of a run together, in recipe.run_folder().
class Trainer {
 public:
  // Towards the corpus' labels or translations.
  Trainer(const Recipe& recipe, const Corpus& corpus, Network& network, ProgressBar& progress);
  Trainer(const Recipe& recipe, std::unique_ptr<Task> task, Network& network, ProgressBar& progress);

  // Trains until the recipe's end, patience or a stop request. `resume`: goes on from the checkpoint.
  // `steps_before`: of the run's earlier phases, from which the history counts on.
  // Afterwards the network holds the best weights on validation (unless stopped): of one step, or a mean of
  // several (train.average_last, average_best) where that is better. Throws Error{internal} when loss,
  // gradient or weights are no longer numbers or the loss has exploded: at which step, and the cure. The
  // files of the run then stand as they were: neither checkpoint nor best weights ever hold what is not a
  // number.
  History fit(const Callbacks& callbacks, bool resume, int64_t steps_before = 0);

  const TrainState& state() const { return state_; }
  // False after a stop request: there is more to train.
  bool finished() const { return state_.finished; }

 private:
  void train_epoch(const Callbacks& callbacks, HistoryWriter& history);
  void step(const std::vector<std::vector<int64_t>>& plan);
  void after_step(const Callbacks& callbacks, HistoryWriter& history, int64_t batches);
  void validate(const Callbacks& callbacks, HistoryWriter& history);
  std::map<std::string, double> measure(const Callbacks& callbacks) const;
  bool better(double metric) const;
  void lower_rate_on_plateau();
  void try_means(const Callbacks& callbacks, HistoryWriter& history);
  void try_mean(const std::string& name, const std::vector<int64_t>& steps, const Callbacks& callbacks,
                HistoryWriter& history);
  double learning_rate_now() const;
  void log_training(HistoryWriter& history, int64_t batches);
  void save();
  bool limits_reached() const;
  double seconds() const;
  int64_t expected_steps() const;

  const Recipe& recipe_;
  std::unique_ptr<Task> task_;
  Network& network_;
  ProgressBar& progress_;
  GradientWorkers workers_;
  Optimiser optimiser_;
  WeightAverage average_;
  KeptWeights kept_;
  Schedule schedule_;
  LossOptions loss_;
  TrainState state_;
  int64_t steps_before_ = 0;
  double sitting_began_ = 0.0;
  // Since the last line of progress.
  double interval_began_ = 0.0, interval_loss_ = 0.0;
  int64_t interval_units_ = 0, interval_tokens_ = 0;
  bool stopped_ = false;
};

}  // namespace heed::train
