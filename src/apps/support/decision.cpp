#include "apps/support/decision.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/console.h"
#include "base/error.h"

namespace heed::apps::support {
namespace {

constexpr double kNever = 2.0;  // no probability reaches it

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

std::vector<double> numbers(const Json& json, const std::string& name, const std::string& where) {
  const Json list = json_field<Json>(json, name, where);
  std::vector<double> values;
  if (list.is_array() && list.size() == kFigures) {
    for (const Json& value : list) {
      if (value.is_number() && std::isfinite(value.get<double>())) values.push_back(value.get<double>());
    }
  }
  if (values.size() == kFigures) return values;
  throw Error(ErrorCode::corrupt_data,
              where + ": field '" + name + "': expected " + std::to_string(kFigures) +
                  " numbers, found something else; make it again with heed support fit");
}

metrics::LogisticModel parse_model(const Json& json, const std::string& name, const std::string& where) {
  const Json model = json_field<Json>(json, name, where);
  const std::string place = where + ": " + name;
  metrics::LogisticModel parsed{.mean = numbers(model, "mean", place),
                                .scale = numbers(model, "scale", place),
                                .weights = numbers(model, "weights", place),
                                .bias = json_field<double>(model, "bias", place)};
  if (std::ranges::all_of(parsed.scale, [](double scale) { return scale > 0; })) return parsed;
  throw Error(ErrorCode::corrupt_data,
              place +
                  ": field 'scale': expected numbers above 0, found others; make it again with "
                  "heed support fit");
}

Json to_json(const metrics::LogisticModel& model) {
  return {{"mean", model.mean}, {"scale", model.scale}, {"weights", model.weights}, {"bias", model.bias}};
}

std::optional<double> parse_threshold(const Json& value, const std::string& where) {
  if (value.is_null()) return std::nullopt;
  if (value.is_number() && value.get<double>() >= 0 && value.get<double>() <= 1) return value.get<double>();
  throw Error(ErrorCode::corrupt_data, where + ": expected a threshold from 0 to 1 or null, found " +
                                           value.dump() + "; make it again with heed support fit");
}

Json to_json(const std::optional<double>& threshold) { return threshold ? Json(*threshold) : Json(nullptr); }

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

double DecisionRule::threshold_of(const std::string& intent) const {
  const auto own = intents.find(intent);
  return (own == intents.end() ? threshold : own->second).value_or(kNever);
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
  rule.right = parse_model(json, "right", where);
  rule.elsewhere = parse_model(json, "elsewhere", where);
  rule.out_of_scope = json_field<double>(json, "out_of_scope", where);
  rule.threshold = parse_threshold(json_field<Json>(json, "threshold", where), where + ": field 'threshold'");
  const Json intents = json_field<Json>(json, "intents", where, Json::object());
  for (const auto& [intent, threshold] : intents.items())
    rule.intents[intent] = parse_threshold(threshold, where + ": intents: '" + intent + "'");
  return rule;
}

Json DecisionRule::to_json() const {
  Json own = Json::object();
  for (const auto& [intent, at] : intents) own[intent] = support::to_json(at);
  return {{"version", 1},
          {"head", head},
          {"wrong", wrong},
          {"failure", failure},
          {"figures", figure_names()},
          {"right", support::to_json(right)},
          {"elsewhere", support::to_json(elsewhere)},
          {"out_of_scope", out_of_scope},
          {"threshold", support::to_json(threshold)},
          {"intents", own}};
}

Verdict decide(const DecisionRule& rule, const infer::HeadEvidence& evidence,
               std::span<const std::string> labels) {
  const std::vector<double> found = figures(evidence, labels);
  Verdict verdict{.intent = likeliest_intent(evidence, labels),
                  .confidence = rule.right.probability(found),
                  .out_of_scope = rule.says_out_of_scope(found),
                  .why = {}};
  verdict.threshold = rule.threshold_of(verdict.intent);
  verdict.answer = !verdict.out_of_scope && verdict.confidence >= verdict.threshold;
  verdict.why = explain(verdict);
  return verdict;
}

}  // namespace heed::apps::support
