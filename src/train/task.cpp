#include "train/task.h"

#include <numeric>

#include "train/augment.h"
#include "train/class_weights.h"
#include "train/trainer.h"

namespace heed::train {
namespace {

class LabelledTask : public Task {
 public:
  LabelledTask(const Recipe& recipe, const Corpus& corpus)
      : recipe_(recipe), corpus_(corpus), augment_(recipe.train, corpus) {}

  std::vector<std::vector<int64_t>> plan(int64_t epoch) const override {
    return plan_batches(corpus_.train.examples, recipe_.train.batch_tokens, recipe_.train.seed, epoch,
                        recipe_.train.task_temperature);
  }

  Batch batch(const std::vector<int64_t>& numbers, int64_t epoch, uint64_t) const override {
    if (!recipe_.train.augment.any()) return make_batch(corpus_.train.examples, numbers, corpus_.config);
    std::vector<Example> augmented;
    for (const int64_t number : numbers) augmented.push_back(augment_(number, epoch));
    std::vector<int64_t> all(augmented.size());
    std::iota(all.begin(), all.end(), 0);
    return make_batch(augmented, all, corpus_.config);
  }

  std::map<std::string, double> measure(const Network& network) const override {
    return evaluate(network, corpus_.valid, recipe_.train.batch_tokens, corpus_.sets);
  }

  LossOptions loss() const override {
    LossOptions options{.smoothing = recipe_.train.label_smoothing,
                        .q = recipe_.train.loss == "generalised" ? recipe_.train.loss_q : 0.0,
                        .r_drop = recipe_.train.r_drop,
                        .mixup = recipe_.train.mixup,
                        .teacher_share = recipe_.train.teacher_share,
                        .teacher_temperature = recipe_.train.teacher_temperature};
    if (recipe_.matching()) {
      options.matching_weight = recipe_.matching()->weight;
      options.contrast = recipe_.matching()->contrast;
    }
    options.negatives = recipe_.train.negatives;
    options.negatives_calibration = recipe_.train.negatives_calibration;
    if (recipe_.tagging()) options.tagging_weight = recipe_.tagging()->weight;
    const std::vector<HeadRecipe> heads = recipe_.heads_of("classification");
    for (size_t h = 0; h < heads.size(); ++h) {
      options.head_weights.push_back(heads[h].weight);
      if (recipe_.train.class_weights != "balanced") continue;
      const auto classes = static_cast<int64_t>(corpus_.config.classification_heads[h].labels.size());
      options.class_weights.push_back(balanced_class_weights(corpus_.train.examples, h, classes));
    }
    return options;
  }

 private:
  const Recipe& recipe_;
  const Corpus& corpus_;
  Augmenter augment_;
};

}  // namespace

std::unique_ptr<Task> labelled_task(const Recipe& recipe, const Corpus& corpus) {
  return std::make_unique<LabelledTask>(recipe, corpus);
}

}  // namespace heed::train
