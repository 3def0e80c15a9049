#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

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
  std::vector<float> pooled;  // [D], what the head's attention made of the text
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
  std::vector<std::string> pieces;  // </s> last
  std::vector<HeadResult> heads;    // as in the configuration
};

struct ClassifyOptions {
  bool votes = false;     // fill HeadResult::ngrams: each text's n-grams are looked up once more
  bool evidence = false;  // fill HeadResult::evidence: they are hashed once more

  bool operator==(const ClassifyOptions&) const = default;
};

// An encoder with its heads, ready to answer. Thread-safe for concurrent calls.
class Classifier {
 public:
  // Copies what it needs of the directory. Throws invalid_argument where the model has no heads.
  explicit Classifier(const ModelDirectory& directory);
  ~Classifier();
  Classifier(Classifier&&) noexcept;

  std::vector<ClassificationResult> classify(std::span<const std::string> texts,
                                             const ClassifyOptions& options = {}) const;

  // What the encoder makes of each text, in order.
  std::vector<TextVector> embed(std::span<const std::string> texts, const EmbedOptions& options = {}) const;

  // Raw logits [labels] a head (before temperature) of one text's ids (</s> is added).
  std::vector<std::vector<float>> logits(std::span<const int32_t> ids) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heed::infer
