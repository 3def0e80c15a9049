#include "apps/recommend/ranker.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "base/error.h"
#include "economy/examination.h"

namespace heed::apps::recommend {
namespace {

constexpr size_t kFewestRows = 20;
constexpr int64_t kRounds = 15;
constexpr double kRidge = 1.0;

std::vector<double> numbers(const Json& json, const std::string& field, size_t count,
                            const std::string& where) {
  const Json list = json_field<Json>(json, field, where);
  std::vector<double> values;
  if (list.is_array()) {
    for (const Json& value : list) {
      if (value.is_number()) values.push_back(value.get<double>());
    }
  }
  if (!list.is_array() || values.size() != list.size() || (count > 0 && values.size() != count))
    throw Error(
        ErrorCode::corrupt_data,
        fmt::format("{}: field '{}': expected a list of {} numbers, found another", where, field, count));
  return values;
}

// Of every position, from what was attended to at all; empty, with why, where they cannot be told apart.
std::vector<double> examination_of(std::span<const ShownItem> shown, std::string& note) {
  std::unordered_map<std::string, int64_t> items;
  std::map<std::pair<int64_t, int64_t>, economy::Impressions> counts;
  int64_t positions = 1;
  for (const ShownItem& row : shown) {
    const int64_t item = items.try_emplace(row.item, static_cast<int64_t>(items.size())).first->second;
    positions = std::max(positions, row.position + 1);
    economy::Impressions& own = counts[{item, row.position}];
    own.item = item;
    own.position = row.position;
    own.shown += 1.0;
    own.attended +=
        std::ranges::any_of(row.reached, [](const auto& goal) { return goal.second; }) ? 1.0 : 0.0;
  }
  if (positions == 1) return {1.0};
  std::vector<economy::Impressions> list;
  for (const auto& [key, own] : counts) list.push_back(own);
  try {
    return economy::fit_examination(list, static_cast<int64_t>(items.size()), positions).examination;
  } catch (const Error& problem) {
    note = fmt::format("positions are not corrected for: {}", problem.what());
    return std::vector<double>(static_cast<size_t>(positions), 1.0);
  }
}

struct GoalRows {
  std::vector<double> features;
  std::vector<uint8_t> reached;
  std::vector<double> examined;  // of its position
};

// Rows not reached stand twice, as wanted but not looked at, and as not wanted, with what each is likely by
// `model`.
metrics::LogisticModel step(const GoalRows& rows, const metrics::LogisticModel& model) {
  std::vector<double> features, weights;
  std::vector<uint8_t> labels;
  for (size_t i = 0; i < rows.reached.size(); ++i) {
    const auto own = std::span(rows.features).subspan(i * kFeatures, kFeatures);
    const double wanted = model.probability(own), seen = rows.examined[i];
    const double share =
        rows.reached[i] == 1 ? 1.0 : wanted * (1.0 - seen) / std::max(1e-12, 1.0 - seen * wanted);
    for (const uint8_t label : {uint8_t{1}, uint8_t{0}}) {
      const double weight = label == 1 ? share : 1.0 - share;
      if (weight == 0.0) continue;
      features.insert(features.end(), own.begin(), own.end());
      labels.push_back(label);
      weights.push_back(weight);
    }
  }
  return metrics::fit_logistic(features, labels, kFeatures, {.ridge = kRidge, .row_weights = weights});
}

double log_loss(double probability, bool reached) {
  const double kept = std::clamp(probability, 1e-12, 1.0 - 1e-12);
  return -std::log(reached ? kept : 1.0 - kept);
}

}  // namespace

std::vector<std::string> Ranker::goals() const {
  std::vector<std::string> names;
  for (const auto& [name, model] : goals_) names.push_back(name);
  return names;
}

double Ranker::probability(const std::string& goal, const Features& features) const {
  return goals_.at(goal).probability(features);
}

Json Ranker::to_json() const {
  Json json = {{"features", kFeatureNames}, {"goals", Json::object()}, {"examination", examination_}};
  for (const auto& [name, model] : goals_)
    json["goals"][name] = {
        {"mean", model.mean}, {"scale", model.scale}, {"weights", model.weights}, {"bias", model.bias}};
  return json;
}

Ranker Ranker::parse(const Json& json, const std::string& where) {
  const Json names = json_field<Json>(json, "features", where);
  if (names != Json(kFeatureNames))
    throw Error(ErrorCode::corrupt_data,
                where +
                    ": field 'features': expected those of this heed, found others; fit it "
                    "again with heed recommend fit");
  Ranker ranker;
  ranker.examination_ = numbers(json, "examination", 0, where);
  const Json goals = json_field<Json>(json, "goals", where);
  for (const auto& [name, goal] : goals.items()) {
    const std::string own = where + ": goals." + name;
    metrics::LogisticModel& model = ranker.goals_[name];
    model.mean = numbers(goal, "mean", kFeatures, own);
    model.scale = numbers(goal, "scale", kFeatures, own);
    model.weights = numbers(goal, "weights", kFeatures, own);
    model.bias = json_field<double>(goal, "bias", own);
    if (std::ranges::any_of(model.scale, [](double value) { return !(value > 0.0); }))
      throw Error(ErrorCode::corrupt_data, own + ": field 'scale': expected numbers above 0, found others");
  }
  return ranker;
}

RankerFit fit_ranker(std::span<const ShownItem> shown) {
  if (shown.size() < kFewestRows)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("ranker: expected at least {} shown items, found {}", kFewestRows, shown.size()));
  RankerFit fit;
  fit.ranker.examination_ = examination_of(shown, fit.note);
  std::set<std::string> goals;
  for (const ShownItem& row : shown) {
    for (const auto& [goal, reached] : row.reached) goals.insert(goal);
  }
  for (const std::string& goal : goals) {
    GoalRows rows;
    for (const ShownItem& row : shown) {
      const auto at = row.reached.find(goal);
      rows.features.insert(rows.features.end(), row.features.begin(), row.features.end());
      rows.reached.push_back(at != row.reached.end() && at->second ? 1 : 0);
      rows.examined.push_back(fit.ranker.examination_[static_cast<size_t>(row.position)]);
    }
    const auto reached = static_cast<double>(std::ranges::count(rows.reached, 1));
    const auto count = static_cast<double>(rows.reached.size());
    if (reached == 0.0 || reached == count) {
      fit.left_out.push_back(goal);
      continue;
    }
    metrics::LogisticModel model =
        metrics::fit_logistic(rows.features, rows.reached, kFeatures, {.ridge = kRidge});
    for (int64_t round = 0; round < kRounds; ++round) model = step(rows, model);
    double loss = 0.0, plain = 0.0;
    for (size_t i = 0; i < rows.reached.size(); ++i) {
      const double wanted = model.probability(std::span(rows.features).subspan(i * kFeatures, kFeatures));
      loss += log_loss(rows.examined[i] * wanted, rows.reached[i] == 1);
      plain += log_loss(reached / count, rows.reached[i] == 1);
    }
    fit.loss[goal] = loss / count;
    fit.plain_loss[goal] = plain / count;
    fit.ranker.goals_.emplace(goal, std::move(model));
  }
  return fit;
}

}  // namespace heed::apps::recommend
