#include "infer/live_model.h"

#include <iterator>

#include "base/error.h"
#include "infer/working_memory.h"

namespace heed::infer {
namespace {

template <class Result>
std::vector<Answer> as_answers(std::vector<Result> results) {
  return {std::make_move_iterator(results.begin()), std::make_move_iterator(results.end())};
}

[[noreturn]] void refuse(const LiveModel& model, const char* expected) {
  throw Error(ErrorCode::invalid_argument, "model '" + model.name() + "': expected one that can " + expected +
                                               ", found " + to_string(model.config().architecture) +
                                               ", which can " + std::string(model.task()));
}

std::string_view weights_of(const ModelDirectory& directory) {
  switch (directory.weights.at("embedding.weight").type) {
    case DataType::i8:
      return "int8";
    case DataType::bf16:
      return "bf16";
    default:
      return "fp32";
  }
}

}  // namespace

LiveModel::LiveModel(const ModelDirectory& directory)
    : name_(directory.name),
      version_(directory.version),
      config_(directory.config),
      weights_(weights_of(directory)) {
  for (const WeightShape& weight : weight_shapes(config_)) {
    int64_t count = 1;
    for (const int64_t size : weight.shape) count *= size;
    parameters_ += count;
  }
  if (config_.sequence)
    ranker_.emplace(directory);
  else if (config_.decodes())
    translator_.emplace(directory);
  else
    classifier_.emplace(directory);
}

size_t LiveModel::working_bytes(int64_t tokens) const {
  const TranslateOptions usual;
  return batch_bytes(config_, tokens, usual.beam, usual.batch);
}

std::vector<Answer> LiveModel::answer(std::span<const std::string> texts,
                                      const AnswerOptions& options) const {
  if (const auto* classify = std::get_if<ClassifyOptions>(&options)) {
    if (!classifies()) refuse(*this, "classify");
    return as_answers(classifier_->classify(texts, *classify));
  }
  if (const auto* translate = std::get_if<TranslateOptions>(&options)) {
    if (!translates()) refuse(*this, "translate");
    return as_answers(translator_->translate(texts, *translate));
  }
  const auto& embed = std::get<EmbedOptions>(options);
  if (ranker_) refuse(*this, "read texts");
  return as_answers(translates() ? translator_->embed(texts, embed) : classifier_->embed(texts, embed));
}

std::vector<PairResult> LiveModel::match(std::span<const TextPair> pairs) const {
  if (!classifies()) refuse(*this, "match");
  return classifier_->match(pairs);
}

void LiveModel::check() const {
  if (ranker_) {
    const std::vector<float> item = ranker_->item_vector(0, "Open the file. 打开文件。");
    const std::vector<SequenceEvent> history = {{.item = item},
                                                {.item = item, .kind = 0, .gap_seconds = 60.0}};
    ranker_->encode({&history, 1});
    return;
  }
  const std::vector<std::string> texts = {"Open the file.", "打开文件。", ""};
  answer(texts, EmbedOptions{});
  if (classifies()) answer(texts, ClassifyOptions{});
  const TextPair pair{texts[0], texts[1]};
  if (config_.matching) match({&pair, 1});
  if (translates()) answer(texts, TranslateOptions{});
}

}  // namespace heed::infer
