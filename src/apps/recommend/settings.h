#pragma once

#include <string>
#include <vector>

#include "apps/recommend/engine.h"
#include "base/settings.h"

namespace heed::apps::recommend {

// [apps.recommend] of heed.toml.
struct RecommendSettings {
  std::string model;  // "": the only one of sequences
  std::string data;   // a folder of heed recommend import whose histories are known at the start
  std::vector<std::string> goals = {"click=1"};  // NAME=WORTH
  double diversity = 0.3;
  std::string diversity_method = "mmr";
  int64_t cap = 0, pool = 100, candidates = 200;
  double exploration = 0.0;
  double freshness = 0.0, half_life_days = 7.0, fatigue = 0.7;
  bool repeats = false;
  int64_t max_history = 50;
  int64_t approximate_from = 1'000'000;
  int64_t workers = 0;
  int64_t max_waiting = 1000;
  int64_t restored_events = 5'000'000;
  double item_minutes = 0.0;

  EngineOptions engine() const;
};

void add_settings(Settings& keys, const std::string& prefix, RecommendSettings& settings);

// {"click": 1, ...} of NAME=WORTH; throws invalid_argument naming the one that is not.
std::map<std::string, double> parse_goals(const std::vector<std::string>& goals);

}  // namespace heed::apps::recommend
