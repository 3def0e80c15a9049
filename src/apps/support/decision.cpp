#include "apps/support/decision.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/console.h"
#include "apps/support/logistic_json.h"
#include "base/error.h"

namespace heed::apps::support {
namespace {

constexpr double kNever = 2.0;  // no probability reaches it
constexpr const char* kCure = "heed support fit";

double log_sum_exp(std::span<const double> values) {
  const double greatest = *std::ranges::max_element(values);
  double sum = 0;
  for (const double value : values) sum += std::exp(value - greatest);
  return greatest + std::log(sum);
}

// Where the label is, or none.
std::optional<size_t> place_of_out_of_scope(std::span<const std::string> labels) {
  const auto found = std::ranges::find(labels, kOutOfScope);
  if (found == labels.end()) return std::nullopt;
  return static_cast<size_t>(found - labels.begin());
}

size_t likeliest(const infer::HeadEvidence& evidence, std::optional<size_t> left_out) {
  size_t best = left_out == size_t{0} ? 1 : 0;
  for (size_t i = 0; i < evidence.logits.size(); ++i) {
    if (i != left_out && evidence.logits[i] > evidence.logits[best]) best = i;
  }
  return best;
}

std::string explain(const Verdict& verdict) {
  const std::string sure =
      "'" + verdict.intent + "' is right with probability " + fixed(verdict.confidence, 2);
  if (verdict.out_of_scope) return "unlike anything that was taught; the nearest is " + sure;
  if (verdict.threshold > 1) return sure + ", but it is never answered without a person";
  return sure + (verdict.answer ? ", at least the " : ", below the ") + fixed(verdict.threshold, 2) +
         " from which it is answered";
}

}  // namespace

const std::vector<std::string>& figure_names() {
  static const std::vector<std::string> kNames = {
      "top", "margin", "energy", "votes", "attention_energy", "out_of_scope", "unseen"};
  return kNames;
}

const std::string& likeliest_intent(const infer::HeadEvidence& evidence,
                                    std::span<const std::string> labels) {
  return labels[likeliest(evidence, place_of_out_of_scope(labels))];
}

std::vector<double> figures(const infer::HeadEvidence& evidence, std::span<const std::string> labels) {
  const auto left_out = place_of_out_of_scope(labels);
  const size_t in_scope = labels.size() - (left_out ? 1 : 0);
  if (evidence.logits.size() != labels.size() || in_scope < 2) {
    throw Error(ErrorCode::invalid_argument,
                "decision: expected a head of at least two intents, found " + std::to_string(in_scope));
  }
  std::vector<double> logits, attention;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (i == left_out) continue;
    logits.push_back(evidence.logits[i]);
    attention.push_back(evidence.logits[i] - (evidence.votes.empty() ? 0.0F : evidence.votes[i]));
  }
  const size_t best = likeliest(evidence, left_out);
  std::vector<double> sorted = logits;
  std::ranges::partial_sort(sorted, sorted.begin() + 2, std::greater<>());
  return {sorted[0],
          sorted[0] - sorted[1],
          log_sum_exp(logits),
          evidence.votes.empty() ? 0.0 : evidence.votes[best],
          log_sum_exp(attention),
          left_out ? evidence.logits[*left_out] : 0.0,
          evidence.unseen};
}

double DecisionRule::threshold_of(const std::string& intent, size_t parts) const {
  const auto own = intents.find(intent);
  if (parts <= 1) return (own == intents.end() ? threshold : own->second).value_or(kNever);
  const auto of_parts = shared.find(own == intents.end() ? "" : intent);
  if (of_parts == shared.end() || parts - 2 >= of_parts->second.size()) return kNever;
  return of_parts->second[parts - 2].value_or(kNever);
}

bool DecisionRule::says_out_of_scope(std::span<const double> found) const {
  return elsewhere.log_odds(found) >= out_of_scope;
}

DecisionRule DecisionRule::parse(const Json& json, const std::string& where) {
  DecisionRule rule;
  if (const int64_t version = json_field<int64_t>(json, "version", where); version != 1) {
    throw Error(ErrorCode::unsupported, where + ": field 'version': expected 1, found " +
                                            std::to_string(version) +
                                            "; it was made by another version of heed support fit");
  }
  if (json_field<Json>(json, "figures", where) != Json(figure_names()))
    throw Error(
        ErrorCode::unsupported,
        where +
            ": field 'figures': expected those of this version, found others; make it again with heed "
            "support fit");
  rule.head = json_field<std::string>(json, "head", where);
  rule.wrong = json_field<double>(json, "wrong", where);
  rule.failure = json_field<double>(json, "failure", where);
  rule.right = parse_logistic(json, "right", kFigures, where, kCure);
  rule.elsewhere = parse_logistic(json, "elsewhere", kFigures, where, kCure);
  rule.out_of_scope = json_field<double>(json, "out_of_scope", where);
  rule.threshold =
      parse_threshold(json_field<Json>(json, "threshold", where), where + ": field 'threshold'", kCure);
  const Json intents = json_field<Json>(json, "intents", where, Json::object());
  for (const auto& [intent, threshold] : intents.items())
    rule.intents[intent] = parse_threshold(threshold, where + ": intents: '" + intent + "'", kCure);
  const Json shared = json_field<Json>(json, "shared", where, Json::object());
  for (const auto& [intent, thresholds] : shared.items()) {
    for (const Json& threshold : thresholds)
      rule.shared[intent].push_back(parse_threshold(threshold, where + ": shared: '" + intent + "'", kCure));
  }
  return rule;
}

Json DecisionRule::to_json() const {
  Json own = Json::object();
  for (const auto& [intent, at] : intents) own[intent] = support::to_json(at);
  Json of_parts = Json::object();
  for (const auto& [intent, thresholds] : shared) {
    for (const auto& at : thresholds) of_parts[intent].push_back(support::to_json(at));
  }
  return {{"version", 1},
          {"head", head},
          {"wrong", wrong},
          {"failure", failure},
          {"figures", figure_names()},
          {"right", support::to_json(right)},
          {"elsewhere", support::to_json(elsewhere)},
          {"out_of_scope", out_of_scope},
          {"threshold", support::to_json(threshold)},
          {"intents", own},
          {"shared", of_parts}};
}

Verdict decide(const DecisionRule& rule, const infer::HeadEvidence& evidence,
               std::span<const std::string> labels, size_t parts) {
  const std::vector<double> found = figures(evidence, labels);
  Verdict verdict{.intent = likeliest_intent(evidence, labels),
                  .confidence = rule.right.probability(found),
                  .out_of_scope = rule.says_out_of_scope(found),
                  .why = {}};
  verdict.threshold = rule.threshold_of(verdict.intent, parts);
  verdict.answer = !verdict.out_of_scope && verdict.confidence >= verdict.threshold;
  verdict.why = explain(verdict);
  if (parts > 1 && !verdict.out_of_scope && verdict.threshold <= 1)
    verdict.why += " as one of " + std::to_string(parts) + " parts";
  return verdict;
}

}  // namespace heed::apps::support
