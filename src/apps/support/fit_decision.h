#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "apps/support/decision.h"

namespace heed::apps::support {

// A message that training has not seen, what the model made of it, and what it was about: an intent, or
// out_of_scope.
struct JudgedText {
  infer::HeadEvidence evidence;
  std::string intent;
};

// Half of them learn, half choose thresholds.
inline constexpr size_t kFewestToFit = 40;

struct FitOptions {
  double wrong = 0.05;   // at most this share of automatic answers may be wrong
  double failure = 0.1;  // probability that more of them are
  double kept = 0.99;    // share of messages in scope that are not taken for out of scope
  double learn = 0.5;  // share of the texts that the probabilities are learned from; thresholds from the rest
  int64_t steps = 50;  // thresholds that are tried
  std::map<std::string, double> intents = {};  // intents with a `wrong` of their own
  uint64_t seed = 1;                           // which texts are which
};

struct FitReport {
  int64_t texts = 0, out_of_scope = 0;
  // Of the texts that thresholds came from: answered, of those wrong, in scope and answered, in scope.
  int64_t held_out = 0, answered = 0, wrong = 0, in_scope = 0, in_scope_answered = 0;
  double upper = 0.0;  // bound on the share of wrong answers, with confidence 1 - failure
  double kept = 0.0;   // of the texts in scope
  double found = 0.0;  // of those out of scope, where there were any
};

struct FittedDecision {
  DecisionRule rule;
  FitReport report;
};

// The rule that answers as much as it can and keeps the promise: among later messages that come from where
// `texts` came from, at most `wrong` of the automatic answers are wrong, with confidence 1 - failure; an
// answer to a message out of scope is a wrong one; parts of a message share that (DecisionRule::shared)
// (Learn then Test, arXiv:2110.01052: metrics/conformal.h). `right` is learned by logistic regression on a
// share of the texts, thresholds are chosen on the others. Without texts out of scope `elsewhere` is the
// energy alone. Throws invalid_argument where there are too few texts to learn from (20 of each part), or an
// intent with a promise of its own is unknown.
FittedDecision fit_decision(std::span<const JudgedText> texts, const std::string& head,
                            std::span<const std::string> labels, const FitOptions& options);

// For a person: how much is answered alone, and how often that is wrong.
std::string describe(const FittedDecision& fitted);

}  // namespace heed::apps::support
