#include "train/masked_tokens.h"

#include "base/random.h"

namespace heed::train {
namespace {

constexpr double kHidden = 0.8, kReplaced = 0.1;
constexpr int32_t kFirstPiece = Tokenizer::kEnd + 1;

class MaskedTask : public Task {
 public:
  MaskedTask(const Recipe& recipe, const Corpus& corpus)
      : recipe_(recipe), corpus_(corpus), bare_(corpus.config) {
    bare_.ngrams.buckets = 0;
    bare_.classification_heads.clear();
    bare_.matching.reset();
    bare_.tagging.reset();
  }

  std::vector<std::vector<int64_t>> plan(int64_t epoch) const override {
    return plan(corpus_.pretrain, epoch);
  }

  Batch batch(const std::vector<int64_t>& numbers, int64_t, uint64_t seed) const override {
    return batch(corpus_.pretrain, numbers, seed);
  }

  std::map<std::string, double> measure(const Network& network) const override {
    const torch::NoGradGuard no_grad;
    Loss sum;
    uint64_t seed = mix64(recipe_.train.seed);
    for (const auto& numbers : plan(corpus_.pretrain_valid, 0)) {
      seed = mix64(seed);
      const Loss loss = network.loss(batch(corpus_.pretrain_valid, numbers, seed), {}, {});
      sum.negative_log_likelihood += loss.negative_log_likelihood;
      sum.correct += loss.correct;
      sum.units += loss.units;
    }
    const auto units = static_cast<double>(sum.units);
    return {{"loss", sum.negative_log_likelihood / units},
            {"accuracy", static_cast<double>(sum.correct) / units}};
  }

  LossOptions loss() const override { return {}; }
  std::string train_split() const override { return "pretrain"; }
  std::string valid_split() const override { return "pretrain_valid"; }

 private:
  std::vector<std::vector<int64_t>> plan(const Split& split, int64_t epoch) const {
    return plan_batches(split.examples, recipe_.train.batch_tokens, recipe_.train.seed, epoch, 1.0);
  }

  Batch batch(const Split& split, const std::vector<int64_t>& numbers, uint64_t seed) const {
    Batch batch = make_batch(split.examples, numbers, bare_);
    mask_tokens(batch, recipe_.pretrain.mask_share, corpus_.config.source_vocabulary, seed);
    return batch;
  }

  const Recipe& recipe_;
  const Corpus& corpus_;
  ModelConfig bare_;
};

}  // namespace

void mask_tokens(Batch& batch, double share, int64_t vocabulary, uint64_t seed) {
  Random random(seed);
  int64_t* const ids = batch.source.ids.data_ptr<int64_t>();
  std::vector<int64_t> tokens, rows, hidden;
  for (int64_t row = 0; row < batch.source.rows(); ++row) {
    if (ids[row] == Tokenizer::kEnd) continue;
    tokens.push_back(row);
    if (random.uniform() < share) rows.push_back(row);
  }
  if (rows.empty() && !tokens.empty()) rows.push_back(tokens[random.below(tokens.size())]);
  for (const int64_t row : rows) {
    hidden.push_back(ids[row]);
    const double draw = random.uniform();
    if (draw < kHidden) {
      ids[row] = kMask;
    } else if (draw < kHidden + kReplaced) {
      ids[row] = kFirstPiece + static_cast<int64_t>(random.below(vocabulary - kFirstPiece));
    }
  }
  batch.masked_rows = torch::tensor(rows, torch::kInt64);
  batch.masked_ids = torch::tensor(hidden, torch::kInt64);
}

std::unique_ptr<Task> masked_task(const Recipe& recipe, const Corpus& corpus) {
  return std::make_unique<MaskedTask>(recipe, corpus);
}

Recipe pretraining_phase(const Recipe& recipe) {
  Recipe phase = recipe;
  phase.phase = "pretrain";
  Recipe::Train& train = phase.train;
  train.epochs = recipe.pretrain.epochs;
  train.learning_rate = recipe.pretrain.learning_rate;
  train.warmup_steps = recipe.pretrain.warmup_steps;
  train.batch_tokens = recipe.pretrain.batch_tokens;
  train.schedule = "linear";
  train.metric = "loss";
  train.max_steps = train.validate_steps = train.patience = train.average_last = train.average_best = 0;
  train.minutes = 0;
  train.snapshot_minutes.clear();
  return phase;
}

}  // namespace heed::train
