#include "apps/recommend/recommendation_json.h"

#include "apps/fields.h"

namespace heed::apps::recommend {

Json to_json(const Recommendation& recommendation, RecommendService& service, bool preview) {
  Json items = Json::array(), because = Json::array();
  for (const RecommendedItem& each : recommendation.items) {
    Json features = Json::object(), goals = Json::object();
    for (size_t f = 0; f < kFeatures; ++f) features[kFeatureNames[f]] = rounded(each.features[f]);
    for (const auto& [name, probability] : each.goals) goals[name] = rounded(probability);
    Json item = {{"id", each.id},
                 {"title", service.item(each.id).title},
                 {"value", each.value},
                 {"propensity", each.propensity},
                 {"explored", each.explored},
                 {"source", each.source},
                 {"features", std::move(features)},
                 {"goals", std::move(goals)}};
    if (!each.words.empty()) {
      for (const WordWeight& word : each.words)
        item["words"].push_back({{"word", word.word}, {"weight", rounded(word.weight)}});
    }
    if (each.like)
      item["like"] = {{"item", each.like->item},
                      {"title", service.item(each.like->item).title},
                      {"likeness", rounded(each.like->likeness)}};
    items.push_back(std::move(item));
  }
  for (const Because& each : recommendation.because)
    because.push_back(
        {{"item", each.item}, {"title", service.item(each.item).title}, {"share", rounded(each.share)}});
  Json frontier = Json::array();
  for (const FrontierPoint& point : recommendation.frontier)
    frontier.push_back({{"diversity", point.diversity},
                        {"value", point.quality.value},
                        {"difference", rounded(point.quality.difference)}});
  const bool is_logged = !recommendation.items.empty() && !preview;
  Json reply = {{"decision_id", is_logged ? recommendation.decision.event_id : ""},
                {"has_history", recommendation.has_history},
                {"items", std::move(items)},
                {"because", std::move(because)},
                {"model", recommendation.decision.model},
                {"version", recommendation.decision.version}};
  if (!frontier.empty()) reply["frontier"] = std::move(frontier);
  return reply;
}

}  // namespace heed::apps::recommend
