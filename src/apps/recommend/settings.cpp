#include "apps/recommend/settings.h"

#include "apps/named_numbers.h"
#include "base/error.h"

namespace heed::apps::recommend {

std::map<std::string, double> parse_goals(const std::vector<std::string>& goals) {
  std::map<std::string, double> worths = named_numbers("goals", goals);
  if (worths.empty())
    throw Error(ErrorCode::invalid_argument, "goals: expected at least one NAME=WORTH, found none");
  return worths;
}

EngineOptions RecommendSettings::engine() const {
  EngineOptions options;
  options.catalogue.approximate_from = approximate_from;
  options.slate = {.places = 10,
                   .method = diversity_method == "dpp" ? Diversity::dpp : Diversity::mmr,
                   .diversity = diversity,
                   .cap = cap,
                   .exploration = exploration,
                   .pool = pool};
  options.goals = parse_goals(goals);
  options.max_history = max_history;
  options.candidates = candidates;
  options.freshness = freshness;
  options.half_life_days = half_life_days;
  options.fatigue = fatigue;
  options.repeats = repeats;
  return options;
}

void add_settings(Settings& keys, const std::string& prefix, RecommendSettings& s) {
  const auto key = [&](const char* name) { return prefix + name; };
  keys.add(key("model"), &s.model, "Model of sequences that recommends; empty: the only one");
  keys.add(key("data"), &s.data,
           "Folder of heed recommend import whose histories are known at the start; empty: none, those of "
           "the event log "
           "alone");
  keys.add(key("goals"), &s.goals,
           "What each thing that people do is worth, NAME=WORTH (heed recommend fit)");
  keys.add(key("diversity"), &s.diversity, "0: by value alone, 1: by difference alone", 0.0, 1.0);
  keys.add(key("diversity_method"), &s.diversity_method,
           "Maximal marginal relevance or a determinantal process", {"mmr", "dpp"});
  keys.add(key("cap"), &s.cap, "Items of one tag or one author within a slate; 0: any number", 0, 100);
  keys.add(key("exploration"), &s.exploration,
           "Chance of each place to show another candidate, logged exactly", 0.0, 1.0);
  keys.add(key("pool"), &s.pool, "Candidates behind the slate that exploration draws from", 0, 800);
  keys.add(key("candidates"), &s.candidates, "Items found by attention that are ranked", 10, 5000);
  keys.add(key("freshness"), &s.freshness, "An item that appears now is worth 1 + this", 0.0, 100.0);
  keys.add(key("half_life_days"), &s.half_life_days, "After which half of that is left", 0.01, 3650.0);
  keys.add(key("fatigue"), &s.fatigue, "On an item's value for each time it was shown in vain lately", 0.0,
           1.0);
  keys.add(key("repeats"), &s.repeats, "What a history has may be recommended again");
  keys.add(key("max_history"), &s.max_history, "Events kept in memory of a person", 1, 1000);
  keys.add(key("approximate_from"), &s.approximate_from, "Items from which on the search is approximate",
           1000);
  keys.add(key("workers"), &s.workers, "Threads that rank; 0: as many as cores", 0, 1024);
  keys.add(key("max_waiting"), &s.max_waiting, "Requests that wait for them; more are answered 429", 1,
           1 << 20);
  keys.add(key("restored_events"), &s.restored_events, "Events read from the log at the start, the latest",
           0);
  keys.add(key("item_minutes"), &s.item_minutes,
           "Minutes of a person that a place of a slate asks the market for (apps.economy); 0: none", 0.0,
           60.0);
}

}  // namespace heed::apps::recommend
