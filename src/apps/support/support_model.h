#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/support/answers.h"
#include "apps/support/decision.h"
#include "apps/support/engine.h"
#include "apps/support/knowledge.h"
#include "infer/live_model.h"

namespace heed::apps::support {

// One version of a model with what its assets hold: answers, knowledge and decision rule. Never changes;
// thread-safe.
class SupportModel {
 public:
  // `folder`: of the version (NAME/3). Reads the disk. Throws invalid_argument where it is no support model,
  // corrupt_data where its assets are not in order.
  SupportModel(std::shared_ptr<const infer::LiveModel> model, const std::filesystem::path& folder,
               const EngineOptions& options = {});
  SupportModel(const SupportModel&) = delete;
  SupportModel& operator=(const SupportModel&) = delete;

  const infer::LiveModel& model() const { return *model_; }
  const std::shared_ptr<const infer::LiveModel>& shared_model() const { return model_; }
  const Engine& engine() const { return *engine_; }
  const Answers& answers() const { return answers_; }

  // What the model is asked for a text, and what its answer says of it.
  static infer::ClassifyOptions read_options(bool explain) { return {.votes = explain, .evidence = true}; }
  static Reading read(const std::string& text, const infer::Answer& answer);
  // The likeliest intent as the decision rule judges it, then others by the head's own probability, which are
  // never answered. Without a rule none is. `parts` as Skills::judge has it.
  std::vector<IntentVerdict> judge(const Reading& reading, size_t parts = 1) const;

 private:
  std::vector<std::vector<float>> embed(std::span<const std::string> texts) const;

  std::shared_ptr<const infer::LiveModel> model_;
  Answers answers_;
  std::vector<std::string> labels_;  // of the head, in the order of its logits
  std::optional<DecisionRule> rule_;
  std::unique_ptr<const Knowledge> knowledge_;  // null where it has none
  std::unique_ptr<Engine> engine_;
};
using SupportModelPointer = std::shared_ptr<const SupportModel>;

// Those that were asked for last, by their model in memory. Thread-safe.
class SupportModels {
 public:
  // Null where it has not been loaded.
  SupportModelPointer find(const infer::LiveModel& model);
  // Adds one; the one used longest ago leaves where there are more than eight.
  void add(SupportModelPointer model);

 private:
  std::mutex mutex_;
  std::vector<SupportModelPointer> models_;  // used last at the end
};

}  // namespace heed::apps::support
