#include "train/trainer.h"

#include <chrono>
#include <cmath>

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include "base/random.h"
#include "base/threads.h"
#include "metrics/direction.h"
#include "train/divergence.h"
#include "train/products.h"

namespace heed::train {
namespace {

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Before anything copies the weights.
Network& started(Network& network, const Corpus& corpus) {
  network.start_from(corpus);
  return network;
}

DropoutPlan dropout_plan(const Recipe::Train& train, uint64_t seed) {
  const auto or_dropout = [&](double rate) { return rate < 0.0 ? train.dropout : rate; };
  return {.rate = train.dropout,
          .attention_rate = train.attention_dropout,
          .embedding_rate = or_dropout(train.embedding_dropout),
          .token_rate = train.token_dropout,
          .ngram_rate = or_dropout(train.ngram_dropout),
          .identity_rate = train.identity_dropout,
          .layer_rate = train.layer_dropout,
          .seed = seed};
}

int64_t tokens_of(const Batch& batch) {
  return batch.target.begins.empty() ? batch.source.rows() : batch.target.rows();
}

}  // namespace

Trainer::Trainer(const Recipe& recipe, const Corpus& corpus, Network& network, ProgressBar& progress)
    : Trainer(recipe, labelled_task(recipe, corpus), started(network, corpus), progress) {}

Trainer::Trainer(const Recipe& recipe, std::unique_ptr<Task> task, Network& network, ProgressBar& progress)
    : recipe_(recipe),
      task_(std::move(task)),
      network_(network),
      progress_(progress),
      workers_(network, std::min(thread_count(recipe.train.threads), recipe.train.accumulate)),
      optimiser_(network.parameters(),
                 {.name = recipe.train.optimiser,
                  .beta1 = recipe.train.beta1,
                  .beta2 = recipe.train.beta2,
                  .epsilon = recipe.train.epsilon,
                  .momentum = recipe.train.momentum,
                  .weight_decay = recipe.train.weight_decay},
                 on_threads(thread_count(recipe.train.threads))),
      average_(network.parameters(), recipe.train.average_decay),
      kept_(recipe.phase_folder(), {.last = recipe.train.average_last,
                                    .best = recipe.train.average_best,
                                    .greater_is_better = metrics::greater_is_better(recipe.train.metric)}),
      schedule_{.name = recipe.train.schedule,
                .highest = recipe.train.learning_rate,
                .warmup_steps = recipe.train.warmup_steps,
                .warmup_share = recipe.train.warmup_share,
                .total_steps = expected_steps()},
      loss_(task_->loss()) {}

int64_t Trainer::expected_steps() const {
  const auto batches = static_cast<int64_t>(task_->plan(0).size());
  const int64_t steps =
      recipe_.train.epochs * ((batches + recipe_.train.accumulate - 1) / recipe_.train.accumulate);
  return recipe_.train.max_steps > 0 ? std::min(steps, recipe_.train.max_steps) : steps;
}

History Trainer::fit(const Callbacks& callbacks, bool resume, int64_t steps_before) {
  const auto folder = recipe_.phase_folder();
  steps_before_ = steps_before;
  if (resume) {
    state_ = load_checkpoint(folder / "checkpoint.safetensors",
                             {network_.parameters(), optimiser_, average_.tensors()});
    kept_.prune(state_.validations);
  }
  at::set_num_threads(1);  // threads are over batches: GradientWorkers
  const ProductsIn products(recipe_.train.precision == "bf16" ? Precision::bf16 : Precision::fp32);
  HistoryWriter history(recipe_.run_folder(), steps_before_ + state_.step);
  sitting_began_ = interval_began_ = now_seconds();
  while (!limits_reached() && !stopped_) train_epoch(callbacks, history);
  if (stopped_) return history.history();
  state_.seconds = seconds();
  sitting_began_ = 0.0;
  if (!state_.finished) {
    const bool validated = !state_.validations.empty() && state_.validations.back().step == state_.step;
    if (!validated) validate(callbacks, history);  // a limit fell between two validations
    try_means(callbacks, history);
    state_.finished = true;
    save();
    kept_.prune({});
  }
  load_weights(folder / "best.safetensors", network_.parameters());
  return history.history();
}

void Trainer::train_epoch(const Callbacks& callbacks, HistoryWriter& history) {
  const auto plan = task_->plan(state_.epoch);
  const auto batches = static_cast<int64_t>(plan.size());
  while (state_.batch < batches && !limits_reached() && !stopped_) {
    step(plan);
    after_step(callbacks, history, batches);
    if (state_.batch == 0) return;  // after_step has turned the epoch
  }
}

void Trainer::step(const std::vector<std::vector<int64_t>>& plan) {
  const int64_t end =
      std::min<int64_t>(static_cast<int64_t>(plan.size()), state_.batch + recipe_.train.accumulate);
  ++state_.step;
  GradientWorkers::Work work{.batches = {}, .dropouts = {}, .loss = loss_};
  for (; state_.batch < end; ++state_.batch) {
    const uint64_t place = static_cast<uint64_t>(state_.epoch) << 32 | static_cast<uint64_t>(state_.batch);
    const uint64_t seed = mix64(mix64(recipe_.train.seed) ^ place);
    work.batches.push_back(task_->batch(plan[state_.batch], state_.epoch, mix64(seed)));
    work.dropouts.push_back(dropout_plan(recipe_.train, seed));
    interval_tokens_ += tokens_of(work.batches.back());
  }
  const GradientWorkers::Sums sums = workers_.run(work);
  interval_loss_ += sums.negative_log_likelihood;
  interval_units_ += sums.units;
  const double norm = gradient_norm(network_.parameters());
  check_training(recipe_, state_.step,
                 sums.negative_log_likelihood / static_cast<double>(std::max<int64_t>(1, sums.units)), norm);
  const double clip = recipe_.train.clip_norm;
  optimiser_.update(state_.step, learning_rate_now(), clip > 0 && norm > clip ? clip / norm : 1.0);
  average_.update(state_.step);
}

double Trainer::learning_rate_now() const {
  return learning_rate(schedule_, state_.step) * state_.rate_scale;
}

// What happens between two steps, always in this order, so that a checkpoint holds all of it.
void Trainer::after_step(const Callbacks& callbacks, HistoryWriter& history, int64_t batches) {
  const double elapsed = now_seconds() - interval_began_;
  const double done = static_cast<double>(state_.step) / static_cast<double>(schedule_.total_steps);
  const double left = seconds() * (1.0 - done) / done;
  const double limit_left = recipe_.train.minutes > 0 ? recipe_.train.minutes * 60.0 - seconds() : left;
  progress_.show({.epoch = state_.epoch + 1,
                  .epochs = recipe_.train.epochs,
                  .batch = state_.batch,
                  .batches = batches,
                  .loss = interval_loss_ / static_cast<double>(std::max<int64_t>(1, interval_units_)),
                  .tokens_per_second = static_cast<double>(interval_tokens_) / std::max(elapsed, 1e-9),
                  .seconds_left = std::min(left, limit_left)});
  const bool epoch_done = state_.batch >= batches;
  const bool stop = callbacks.stop_requested && callbacks.stop_requested();
  const bool validation_due =
      recipe_.train.validate_steps > 0 ? state_.step % recipe_.train.validate_steps == 0 : epoch_done;
  if (validation_due || epoch_done) log_training(history, batches);
  if (epoch_done) {
    ++state_.epoch;
    state_.batch = 0;
  }
  if (validation_due) {
    validate(callbacks, history);
    interval_began_ = now_seconds();
  }
  const auto& marks = recipe_.train.snapshot_minutes;
  if (state_.snapshots < static_cast<int64_t>(marks.size()) && seconds() >= marks[state_.snapshots] * 60.0) {
    if (callbacks.snapshot) {
      average_.swap();
      callbacks.snapshot(network_, marks[state_.snapshots]);
      average_.swap();
    }
    ++state_.snapshots;
  }
  if (stop || state_.step % recipe_.train.checkpoint_steps == 0) save();
  stopped_ = stop;
}

void Trainer::log_training(HistoryWriter& history, int64_t batches) {
  const double elapsed = now_seconds() - interval_began_;
  const double loss = interval_loss_ / static_cast<double>(std::max<int64_t>(1, interval_units_));
  const double rate = static_cast<double>(interval_tokens_) / std::max(elapsed, 1e-9);
  history.add({.step = steps_before_ + state_.step,
               .epoch = state_.epoch + 1,
               .split = task_->train_split(),
               .values = {{"loss", loss},
                          {"tokens_per_second", rate},
                          {"learning_rate", learning_rate_now()},
                          {"minutes", seconds() / 60.0}}});
  progress_.say(fmt::format("epoch {}/{} {}/{}  step {}  {}  {} loss {:.4f}  {:.0f} tok/s", state_.epoch + 1,
                            recipe_.train.epochs, state_.batch, batches, state_.step,
                            format_duration(seconds()), task_->train_split(), loss, rate));
  interval_loss_ = 0.0;
  interval_units_ = interval_tokens_ = 0;
  interval_began_ = now_seconds();
}

void Trainer::save() {
  check_weights(recipe_, state_.step, network_.parameters());
  TrainState now = state_;
  now.seconds = seconds();
  save_checkpoint(recipe_.phase_folder() / "checkpoint.safetensors",
                  {network_.parameters(), optimiser_, average_.tensors()}, now);
  kept_.prune(now.validations);
}

bool Trainer::limits_reached() const {
  const Recipe::Train& train = recipe_.train;
  return state_.finished || state_.epoch >= train.epochs ||
         (train.max_steps > 0 && state_.step >= train.max_steps) ||
         (train.minutes > 0 && seconds() >= train.minutes * 60.0) ||
         (train.patience > 0 && state_.worse_validations >= train.patience);
}

double Trainer::seconds() const {
  return state_.seconds + (sitting_began_ > 0 ? now_seconds() - sitting_began_ : 0.0);
}

}  // namespace heed::train
