#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "metrics/logistic.h"

namespace heed::apps::support {

// How well a passage fits a question, as a few figures, in this order:
//   words       BM25F (search/index.h) for each term of the question
//   words_lead  how far that is above the best other candidate's; below 0: behind it
//   covered     share of the question's terms that the passage has, each by its weight (term_weights.h)
//   shared      2 a / (b + c): a the weight of terms that the question has in common with the nearest of the
//               passage's title and questions, b and c that of all terms of either
//   wording     cosine of n-gram vectors (search/ngram_vectors.h) with the nearest of its title and questions
//   text        the same with its text
//   lead        wording + text, how far above the best other candidate's
//   meaning     cosine of the matching head's vectors with the nearer of title and text; 0 without that head
inline constexpr size_t kFitFigures = 8;
const std::vector<std::string>& fit_figure_names();

// Whether a passage answers a question, as a probability, and from which one on it is quoted without a
// person. Without a fit on the company's own data (fit_knowledge.h: too few questions) it is our_rule().
struct KnowledgeRule {
  metrics::LogisticModel answers;      // of the figures: the passage answers the question
  std::optional<double> threshold;     // quoted from this probability of the best passage on; none: never
  double wrong = 0.05, failure = 0.1;  // the promise that `threshold` keeps, as DecisionRule has it
  int64_t questions = 0;               // that it was fitted on; 0: our_rule()

  // From which probability a passage is quoted; above 1: never.
  double quoted_from() const;

  // `where`: assets/knowledge.json. Throws corrupt_data and unsupported: which field, expected, found, cure.
  static KnowledgeRule parse(const Json& json, const std::string& where);
  Json to_json() const;
};

// What holds where nothing was fitted: `answers` as fitted on samples/, and quoted from a probability of 0.9
// on (of samples/bank/knowledge-test 16 of 120 questions, 15 of them rightly), which promises nothing of
// other data.
KnowledgeRule our_rule();

// The file of a model's assets/ that a rule is stored in.
inline constexpr const char* kKnowledgeRuleFile = "knowledge.json";

}  // namespace heed::apps::support
