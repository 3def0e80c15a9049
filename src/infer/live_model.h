#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "infer/classifier.h"
#include "infer/sequence_ranker.h"
#include "infer/translator.h"
#include "model/model_directory.h"

namespace heed::infer {

// What is asked of a model, and what it answers a text with: the same alternative of both.
using AnswerOptions = std::variant<ClassifyOptions, TranslateOptions, EmbedOptions>;
using Answer = std::variant<ClassificationResult, TranslationResult, TextVector>;

// One version of a model in memory, ready for whatever it can do. Never changes; thread-safe; those who use
// it share it, so that a version that has been replaced lives until its last answer.
class LiveModel {
 public:
  // Copies what it needs of the directory.
  explicit LiveModel(const ModelDirectory& directory);

  const std::string& name() const { return name_; }
  int64_t version() const { return version_; }
  const ModelConfig& config() const { return config_; }
  int64_t parameters() const { return parameters_; }
  std::string_view weights() const { return weights_; }  // "fp32", "bf16" or "int8": of its matrices
  std::string_view task() const { return translator_ ? "translate" : ranker_ ? "recommend" : "classify"; }
  bool translates() const { return translator_.has_value(); }
  bool classifies() const { return classifier_.has_value(); }
  // Of a model of sequences, which reads no texts: null for others.
  const SequenceRanker* ranker() const { return ranker_ ? &*ranker_ : nullptr; }

  // One answer a text, in order; none depends on the other texts. Throws invalid_argument where the model
  // cannot do what is asked, and what the engine throws.
  std::vector<Answer> answer(std::span<const std::string> texts, const AnswerOptions& options) const;

  // Of a model with a matching head: Classifier::match. Not in batches with others' texts: a batch is cut
  // between texts, and would part a pair.
  std::vector<PairResult> match(std::span<const TextPair> pairs) const;

  // What a worker's arena (arena.h) needs at most for a batch of texts of `tokens` together, asked as by
  // default; in bytes.
  size_t working_bytes(int64_t tokens) const;

  // Answers a few texts of its own, in two languages, in all the ways it can. Throws what the engine throws
  // where that fails: numbers that are not finite, a broken tokenizer.
  void check() const;

 private:
  std::string name_;
  int64_t version_;
  ModelConfig config_;
  int64_t parameters_ = 0;
  std::string_view weights_;
  std::optional<Translator> translator_;
  std::optional<Classifier> classifier_;
  std::optional<SequenceRanker> ranker_;
};

}  // namespace heed::infer
