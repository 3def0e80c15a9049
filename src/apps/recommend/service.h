#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "apps/recommend/engine.h"
#include "apps/recommend/settings.h"
#include "apps/recommend/worker_pool.h"
#include "apps/route.h"

namespace heed::apps::recommend {

// An event as it is sent.
struct Feedback {
  std::string user, item, kind;
  int64_t ts_us = data::kNoTime;  // kNoTime: now
  double value = 1.0;
};

// What a server's recommendations share: the engine of the present version of the model, its workers, the
// log. What is taken in is in the next answer when the call returns, and in the log a moment later; at the
// next start it is read from there.
class RecommendService {
 public:
  // `services` outlives it. Loads the model, the items of its assets, the histories of settings.data, then
  // the log's latest events. Without a model that recommends it waits for one: every call throws unavailable.
  RecommendService(const RecommendSettings& settings, Services& services);

  const RecommendSettings& settings() const { return settings_; }
  // A new version of the model is taken up in the background; until it is ready the old one answers.
  std::shared_ptr<Engine> engine();
  WorkerPool& workers() { return workers_; }

  // How many were new. Throws as Engine::take, before any of them is taken.
  int64_t take(const std::vector<Feedback>& feedback);
  void put(const std::vector<data::Item>& items);
  // Throws not_found.
  data::Item item(const std::string& id);
  void forget(const std::string& user);

  // Answers on a worker's thread and logs the decision; a preview's it does not. With a market for minutes
  // and settings.item_minutes the slate ends where the first of its places gets none; an outcome of an item
  // settles its place as attended.
  Recommendation recommend(const RecommendRequest& request);

  std::atomic<int64_t> recommended{0}, taken{0}, refused{0};

 private:
  struct Loaded {
    std::shared_ptr<const infer::LiveModel> model;
    std::shared_ptr<Engine> engine;
  };
  Loaded load(const std::shared_ptr<const infer::LiveModel>& model, const Engine* before);
  void replace(std::shared_ptr<const infer::LiveModel> model);
  void read_data(Engine& engine) const;
  void read_log(Engine& engine);
  void draw_minutes(economy::MinuteMarket& market, const std::string& user, Recommendation& recommendation);

  const RecommendSettings settings_;
  Services& services_;
  std::shared_mutex mutex_;  // of what follows; exclusive while an engine takes another's place
  Loaded now_;
  std::atomic<bool> replacing_{false};
  WorkerPool workers_;  // ends first
};

using ServicePointer = std::shared_ptr<std::unique_ptr<RecommendService>>;

}  // namespace heed::apps::recommend
