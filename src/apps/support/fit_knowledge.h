#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "apps/support/knowledge.h"

namespace heed::apps::support {

// A question whose passage is known.
struct AskedQuestion {
  std::string text, language;
  std::string passage = {};        // the id of the one that answers it; "": none does
  std::vector<float> vector = {};  // of the matching head, where there is one
};

inline constexpr size_t kFewestQuestions = 100;

struct FitKnowledgeOptions {
  // At most this share of quotations may be wrong. More than of answers: who reads a quotation sees what it
  // is about and where it is from.
  double wrong = 0.33;
  double failure = 0.1;  // probability that more of them are
  double learn =
      0.3;  // share of the questions that the probability is learned from; the threshold from the rest
  int64_t steps = 20;  // thresholds that are tried
  uint64_t seed = 1;
};

struct KnowledgeReport {
  int64_t questions = 0, answered_by_one = 0;
  // Of the questions that the threshold came from: how many, answered by a passage, those whose passage came
  // first; quoted, of those wrong, and quoted rightly.
  int64_t held_out = 0, answerable = 0, first = 0, quoted = 0, wrong = 0;
  double upper = 0.0;  // bound on the share of wrong quotations, with confidence 1 - failure
};

struct FittedKnowledge {
  KnowledgeRule rule;
  KnowledgeReport report;
};

// When a passage may be quoted, learned from questions: by logistic regression on the candidates of a share
// of them (options.learn), the threshold chosen on the others so that at most options.wrong of the quotations
// are wrong with confidence 1 - options.failure (Learn then Test, metrics/conformal.h). Quoting a passage
// that does not answer the question is wrong, where another does and where none does: the promise is of
// questions mixed as these are. our_rule(), which promises nothing, where there are fewer than
// kFewestQuestions, or fewer than a fifth of them that a passage answers.
FittedKnowledge fit_knowledge(const Knowledge& knowledge, std::span<const AskedQuestion> questions,
                              const FitKnowledgeOptions& options = {});

// For a person.
std::string describe(const FittedKnowledge& fitted);

}  // namespace heed::apps::support
