#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "infer/entity_span.h"
#include "infer/text_vector.h"
#include "model/model_directory.h"

namespace heed::infer {

struct LabelScore {
  std::string label;
  double probability = 0.0;  // after the head's temperature
};

// What a head knows of a text beside its probabilities: how near it is to anything that was taught.
struct HeadEvidence {
  std::vector<float> logits;  // in the order of the head's labels, before the temperature
  std::vector<float> votes;   // the n-grams' part of them; empty where the head has none
  double unseen = 0.0;        // share of the text's n-grams that no training text had
};

struct HeadResult {
  std::string head;
  std::vector<LabelScore> labels;  // all, most likely first
  std::vector<float> attention;    // over the text's pieces, the pooling's weights averaged over heads
  // Over the text's pieces: by how much the n-grams that start in it raise the logit of the most likely
  // label, above the labels' mean; below 0: lower it. Empty where the head has none, or without
  // ClassifyOptions::votes.
  std::vector<float> ngrams;
  std::optional<HeadEvidence> evidence;  // with ClassifyOptions::evidence
};

struct ClassificationResult {
  std::vector<std::string> pieces;   // </s> last
  std::vector<HeadResult> heads;     // the classification heads, as in the configuration
  std::vector<float> vector;         // of the matching head, of length 1; empty where the model has none
  std::vector<EntitySpan> entities;  // of the tagging head, in the order of the text
};

struct TextPair {
  std::string first, second;
};

struct PairResult {
  double probability = 0.0;  // that both mean the same, after the head's temperature
  double cosine = 0.0;       // of their vectors
};

struct ClassifyOptions {
  bool votes = false;     // fill HeadResult::ngrams: each text's n-grams are looked up once more
  bool evidence = false;  // fill HeadResult::evidence: they are hashed once more

  bool operator==(const ClassifyOptions&) const = default;
};

// An encoder with its heads, ready to answer. Thread-safe for concurrent calls.
class Classifier {
 public:
  // Copies what it needs of the directory. Throws invalid_argument where the model has no head of any kind.
  explicit Classifier(const ModelDirectory& directory);
  ~Classifier();
  Classifier(Classifier&&) noexcept;

  std::vector<ClassificationResult> classify(std::span<const std::string> texts,
                                             const ClassifyOptions& options = {}) const;

  // How likely the two texts of each pair mean the same, in order; it does not matter which comes first.
  // Throws invalid_argument where the model has no matching head.
  std::vector<PairResult> match(std::span<const TextPair> pairs) const;

  // What the encoder makes of each text, in order.
  std::vector<TextVector> embed(std::span<const std::string> texts, const EmbedOptions& options = {}) const;

  // Raw logits [labels] a head (before temperature) of one text's ids (</s> is added).
  std::vector<std::vector<float>> logits(std::span<const int32_t> ids) const;
  // The same of a matching head, of two texts' ids, and of a tagging head, [pieces, tags].
  float pair_logit(std::span<const int32_t> first, std::span<const int32_t> second) const;
  std::vector<float> tag_scores(std::span<const int32_t> ids) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heed::infer
