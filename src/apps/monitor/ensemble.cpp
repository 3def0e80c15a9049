#include "apps/monitor/ensemble.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace heed::apps::monitor {
namespace {

constexpr const char* kCure = "; make it again with heed monitor backtest --fit";

std::vector<double> numbers(const Json& json, const std::string& name, size_t count,
                            const std::string& where) {
  const Json list = json_field<Json>(json, name, where);
  std::vector<double> values;
  if (list.is_array()) {
    for (const Json& value : list) {
      if (value.is_number() && std::isfinite(value.get<double>())) values.push_back(value.get<double>());
    }
  }
  if (values.size() == list.size() && (count == 0 || values.size() == count)) return values;
  throw Error(ErrorCode::corrupt_data, where + ": field '" + name + "': expected " +
                                           (count == 0 ? "a list of" : std::to_string(count)) +
                                           " numbers, found something else" + kCure);
}

EventModel parse_model(const Json& json, const std::string& where) {
  EventModel model = {.weights = numbers(json, "weights", Ensemble::kWidth, where), .rates = {}};
  const std::vector<double> scores = numbers(json, "scores", 0, where);
  const std::vector<double> rates = numbers(json, "false_alerts_a_bucket", scores.size(), where);
  for (size_t i = 0; i < scores.size(); ++i) {
    const bool fits = rates[i] > 0 && (i == 0 || (scores[i] > scores[i - 1] && rates[i] < rates[i - 1]));
    if (!fits)
      throw Error(
          ErrorCode::corrupt_data,
          where + ": field 'scores': expected them to ascend and their rates to fall, found others" + kCure);
    model.rates.push_back({scores[i], rates[i]});
  }
  if (model.rates.size() >= 2) return model;
  throw Error(ErrorCode::corrupt_data, where + ": field 'scores': expected two or more, found fewer" + kCure);
}

}  // namespace

double EventModel::score_for(double a_bucket) const {
  size_t i = 1;
  while (i + 1 < rates.size() && rates[i].a_bucket > a_bucket) ++i;
  const FalseRate &a = rates[i - 1], &b = rates[i];
  const double part = std::log(a.a_bucket / a_bucket) / std::log(a.a_bucket / b.a_bucket);
  return a.score + std::max(part, 0.0) * (b.score - a.score);
}

std::vector<double> Ensemble::features(const Votes& votes) {
  std::vector<double> features = {votes.joint.surge, votes.joint.burst, votes.joint.relief};
  for (const DetectorScores& scores : votes.scores) {
    for (const double score : scores) features.push_back(score > 0 ? std::sqrt(score) : -std::sqrt(-score));
  }
  return features;
}

double Ensemble::score(Event event, const Votes& votes) const {
  const std::vector<double>& weights = models[static_cast<size_t>(event)].weights;
  const std::vector<double> seen = features(votes);
  return std::inner_product(seen.begin(), seen.end(), weights.begin(), 0.0);
}

Ensemble Ensemble::parse(const Json& json, const std::string& where) {
  Ensemble ensemble;
  for (size_t i = 0; i < kVoted; ++i) {
    const std::string name(to_string(static_cast<Event>(i)));
    ensemble.models[i] = parse_model(json_field<Json>(json, name, where), where + ": " + name);
  }
  return ensemble;
}

Json Ensemble::to_json() const {
  Json json;
  for (size_t i = 0; i < kVoted; ++i) {
    const EventModel& model = models[i];
    Json scores = Json::array(), rates = Json::array();
    for (const FalseRate& rate : model.rates) {
      scores.push_back(rate.score);
      rates.push_back(rate.a_bucket);
    }
    json[std::string(to_string(static_cast<Event>(i)))] = {
        {"weights", model.weights}, {"scores", scores}, {"false_alerts_a_bucket", rates}};
  }
  return json;
}

}  // namespace heed::apps::monitor
