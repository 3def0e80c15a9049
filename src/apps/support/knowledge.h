#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/support/engine.h"
#include "apps/support/knowledge_rule.h"
#include "apps/support/term_weights.h"
#include "search/index.h"
#include "search/ngram_vectors.h"
#include "search/vector_index.h"

namespace heed::apps::support {

// Files of a model's assets/. The index is built once, at training: opening it maps a file, where building it
// anew from knowledge.jsonl would take a server seconds for ten thousand passages.
inline constexpr const char* kKnowledgeIndexFile = "knowledge.sqlite";
inline constexpr const char* kKnowledgeVectorsFile =
    "knowledge.vectors";  // of the matching head, where there is one

// A passage found for a question, and how well it fits.
struct Candidate {
  search::Passage passage;
  std::vector<double> figures;  // knowledge_rule.h
};

// A model's passages: found by their words and by their vectors, the lists fused by reciprocal rank, and then
// ranked by the probability that they answer the question. Vectors are n-grams, and the matching head's
// beside them where the model has one. The mean of the encoder's rows is not used: over
// samples/bank/knowledge-test it finds 19 of 80 passages first, n-grams 54, full text 60. Never changes;
// thread-safe.
class Knowledge {
 public:
  // `meanings`: of the matching head, ids as meaning_ids() has them.
  Knowledge(search::Index index, std::optional<search::VectorSet> meanings, KnowledgeRule rule);
  // What is in a model's assets; null where they hold no index. Throws as search::Index does.
  static std::unique_ptr<const Knowledge> open(const std::filesystem::path& assets);

  // The best first, each with its probability as its score; at most `most`. Of the question's language or of
  // none where there are such, else of any.
  std::vector<Passage> retrieve(const Question& question, size_t most) const;
  // The same before they are ranked by probability.
  std::vector<Candidate> candidates(const Question& question) const;

  // n-gram vectors, of length 1.
  std::vector<std::vector<float>> embed(std::span<const std::string> texts) const;

  const KnowledgeRule& rule() const { return rule_; }
  int64_t size() const { return index_.size(); }

 private:
  struct Asked {
    WeightedTerms terms;
    std::vector<float> ngrams;
  };
  struct Likeness {
    double covered = 0.0, shared = 0.0, wording = 0.0, text = 0.0;
  };
  Asked asked_of(const Question& question) const;
  Likeness likeness(const Asked& asked, const search::Passage& passage) const;
  double meaning(const std::string& id, std::span<const float> question) const;

  Knowledge(search::Index&& index, const std::vector<search::Passage>& passages,
            std::optional<search::VectorSet> meanings, KnowledgeRule rule);
  search::Index index_;
  TermWeights weights_;
  search::NgramVectors ngrams_;
  std::unique_ptr<search::VectorIndex> wordings_, meanings_;  // by n-grams, by the matching head; or null
  KnowledgeRule rule_;
};

// The names in a set of matching vectors of what a passage says: its title, where it has one, and its text.
struct MeaningIds {
  std::string title, text;
};
MeaningIds meaning_ids(const std::string& passage);

}  // namespace heed::apps::support
