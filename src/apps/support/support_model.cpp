#include "apps/support/support_model.h"

#include <algorithm>

#include "base/error.h"
#include "base/json.h"

namespace heed::apps::support {
namespace {

constexpr size_t kMostModels = 8;
constexpr size_t kMostVerdicts = 5;
constexpr size_t kMostPassages = 4;
constexpr double kNever = 1.5;  // a threshold that no probability reaches
constexpr const char* kIntentHead = "intent";

Answers read_answers(const std::filesystem::path& file, const std::string& name) {
  if (std::filesystem::exists(file)) return Answers::load(file);
  throw Error(ErrorCode::invalid_argument,
              "model '" + name + "': expected a support model, found no " + file.string() +
                  "; give heed support import its answers (answers.json), and train again");
}

std::optional<DecisionRule> read_rule(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  return DecisionRule::parse(read_json_file(file), file.string());
}

const HeadConfig& intent_head(const infer::LiveModel& model) {
  const auto& heads = model.config().classification_heads;
  if (heads.empty())
    throw Error(ErrorCode::invalid_argument,
                "model '" + model.name() + "': expected a model with intents, found one without");
  const auto found = std::ranges::find(heads, kIntentHead, &HeadConfig::name);
  return found == heads.end() ? heads.front() : *found;
}

}  // namespace

SupportModel::SupportModel(std::shared_ptr<const infer::LiveModel> model, const std::filesystem::path& folder,
                           const EngineOptions& options)
    : model_(std::move(model)),
      answers_(read_answers(folder / "assets" / "answers.json", model_->name())),
      labels_(intent_head(*model_).labels),
      rule_(read_rule(folder / "assets" / kDecisionFile)),
      knowledge_(Knowledge::open(folder / "assets")) {
  Skills skills{.answers = &answers_,
                .judge = [this](const Reading& reading, size_t parts) { return judge(reading, parts); }};
  if (knowledge_) {
    skills.retrieve = [this](const Question& question) {
      return knowledge_->retrieve(question, kMostPassages);
    };
    skills.quoted_from = knowledge_->rule().quoted_from();
    skills.embed = [this](std::span<const std::string> texts) { return embed(texts); };
  }
  engine_ = std::make_unique<Engine>(std::move(skills), options);
}

Reading SupportModel::read(const std::string& text, const infer::Answer& answer) {
  const auto& result = std::get<infer::ClassificationResult>(answer);
  const auto head = std::ranges::find(result.heads, kIntentHead, &infer::HeadResult::head);
  Reading reading{.text = text,
                  .intent = head == result.heads.end() ? result.heads.front() : *head,
                  .pieces = result.pieces,
                  .vector = result.vector};
  for (const infer::EntitySpan& span : result.entities)
    reading.entities.push_back({.entity = span.entity,
                                .value = span.value,
                                .start = span.start,
                                .end = span.end,
                                .confidence = span.confidence});
  return reading;
}

std::vector<IntentVerdict> SupportModel::judge(const Reading& reading, size_t parts) const {
  std::vector<IntentVerdict> verdicts;
  if (rule_) {
    Verdict verdict = decide(*rule_, reading.intent.evidence.value(), labels_, parts);
    verdicts.push_back({.intent = std::move(verdict.intent),
                        .probability = verdict.confidence,
                        .threshold = verdict.threshold,
                        .answer = verdict.answer,
                        .why = std::move(verdict.why)});
  }
  for (const infer::LabelScore& label : reading.intent.labels) {
    if (verdicts.size() == kMostVerdicts) break;
    if (label.label == kOutOfScope || (!verdicts.empty() && label.label == verdicts.front().intent)) continue;
    verdicts.push_back(
        {.intent = label.label,
         .probability = label.probability,
         .threshold = rule_ ? rule_->threshold_of(label.label, parts) : kNever,
         .why = rule_ ? "another intent is likelier" : "no decision rule was fitted: heed support fit"});
  }
  return verdicts;
}

std::vector<std::vector<float>> SupportModel::embed(std::span<const std::string> texts) const {
  if (!model_->config().matching) return knowledge_->embed(texts);
  std::vector<std::vector<float>> vectors;
  for (infer::Answer& answer : model_->answer(texts, infer::ClassifyOptions{}))
    vectors.push_back(std::move(std::get<infer::ClassificationResult>(answer).vector));
  return vectors;
}

SupportModelPointer SupportModels::find(const infer::LiveModel& model) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::ranges::find_if(models_, [&](const auto& each) { return &each->model() == &model; });
  if (found == models_.end()) return nullptr;
  std::rotate(found, found + 1, models_.end());
  return models_.back();
}

void SupportModels::add(SupportModelPointer model) {
  const std::lock_guard lock(mutex_);
  models_.push_back(std::move(model));
  if (models_.size() > kMostModels) models_.erase(models_.begin());
}

}  // namespace heed::apps::support
