#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "infer/classifier.h"
#include "metrics/logistic.h"

// When a message may be answered without a person: how sure the model is, made into a probability that is
// true, and thresholds that keep a promise.
namespace heed::apps::support {

// The label of messages that are about something else; training may have it, and fitting does.
inline constexpr std::string_view kOutOfScope = "out_of_scope";

// What one head says of a text, as a few figures that both questions are asked of: is its likeliest intent
// right, and is the text about anything that was taught? In this order:
//   top, margin       the greatest logit, and how far it is above the next, out_of_scope left out
//   energy            log sum exp of the logits, likewise (arXiv:2010.03759 eq. 4, T = 1, its sign turned)
//   votes             the n-grams' part of the greatest logit; 0 where the head has none
//   attention_energy  log sum exp of the logits without the n-grams' part
//   out_of_scope      that label's logit; 0 where the head has no such label
//   unseen            share of the text's n-grams that training never met
inline constexpr size_t kFigures = 7;
const std::vector<std::string>& figure_names();
std::vector<double> figures(const infer::HeadEvidence& evidence, std::span<const std::string> labels);
// The label with the greatest logit, out_of_scope left out.
const std::string& likeliest_intent(const infer::HeadEvidence& evidence, std::span<const std::string> labels);

// Of parts of one message that may each be answered.
inline constexpr size_t kMostParts = 4;

struct DecisionRule {
  std::string head;                  // whose intents it judges
  double wrong = 0.05;               // share of wrong ones among automatic answers that is promised at most
  double failure = 0.1;              // probability that the promise fails
  metrics::LogisticModel right;      // of figures(): the likeliest intent is right
  metrics::LogisticModel elsewhere;  // of figures(): the text is out of scope
  double out_of_scope = 0.0;         // from these log odds of `elsewhere` on it is said to be so
  std::optional<double> threshold;   // answered from this probability of `right` on; none: never
  std::map<std::string, std::optional<double>> intents;  // of intents that have a promise of their own
  // Thresholds for parts of messages, by intent with a promise of its own, "" for all others: of one of 2, 3,
  // … kMostParts parts, chosen as that of a whole message is, but for wrong / 2, wrong / 3, …. A message is
  // wrong where one of its parts is, so that its parts share what may go wrong (Bonferroni): together at most
  // `wrong` of the messages that are answered in parts have a wrong part, so far as parts are like the
  // messages that the rule was fitted on. Of a rule without them no part is answered.
  std::map<std::string, std::vector<std::optional<double>>> shared = {};

  // From which probability of `right` an intent is answered in one of so many parts of a message; above 1:
  // never.
  double threshold_of(const std::string& intent, size_t parts = 1) const;
  bool says_out_of_scope(std::span<const double> figures) const;

  // `where`: assets/decision.json. Throws corrupt_data: which field, expected, found, cure.
  static DecisionRule parse(const Json& json, const std::string& where);
  Json to_json() const;
};

// The file of a model's assets/ that a rule is stored in.
inline constexpr const char* kDecisionFile = "decision.json";

// What is decided of one text.
struct Verdict {
  std::string intent;       // the likeliest one in scope
  double confidence = 0.0;  // that it is right
  double threshold = 0.0;   // from which it is answered; above 1: never
  bool out_of_scope = false;
  bool answer = false;
  std::string why;  // a sentence
};

// `labels` are the head's, in the order of its logits; `parts` as threshold_of.
Verdict decide(const DecisionRule& rule, const infer::HeadEvidence& evidence,
               std::span<const std::string> labels, size_t parts = 1);

}  // namespace heed::apps::support
