#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/recommend/catalogue.h"
#include "apps/recommend/ranker.h"
#include "apps/recommend/recent_slates.h"
#include "apps/recommend/slate.h"
#include "apps/recommend/user_histories.h"
#include "apps/word_weights.h"
#include "store/event.h"

namespace heed::apps::recommend {

struct EngineOptions {
  CatalogueOptions catalogue = {};
  SlateOptions slate = {};
  std::map<std::string, double> goals = {{"click", 1.0}};  // what each reached goal is worth
  int64_t max_history = 50;                                // events of a person
  int64_t candidates = 200;                                // by attention
  int64_t list_candidates = 50;                            // by popularity, and as many of the newest
  double freshness = 0.0;  // an item that appears now is worth 1 + this, one of half_life_days 1 + half of it
  double half_life_days = 7.0;
  double fatigue = 0.7;  // on the value, for each time it was shown in vain lately
  bool repeats = false;  // what the history has may be recommended
};

// What a caller may know that the history does not.
struct SessionEvent {
  std::string item;
  std::string kind = "view";
  int64_t ts_us = data::kNoTime;
};

struct RecommendRequest {
  std::string user;
  std::vector<SessionEvent> session = {};  // behind the history, not kept
  std::vector<std::string> among = {};     // these alone, however known they are; empty: all
  SlateOptions slate = {};
  std::map<std::string, double> goals = {};  // empty: the engine's
  double freshness = 0.0;
  bool explain = false;
  bool preview = false;               // somebody looks at what would be shown: nobody was shown it
  std::vector<double> frontier = {};  // diversities to judge the slate at, beside slate.diversity
  std::string id = {};  // of the decision; "": a new one. It seeds exploration: the same id explores alike
};

struct Because {
  std::string item;    // of the history
  double share = 0.0;  // of the attention that the answer came from
};

// The past item whose vector is most like a recommended one's.
struct Alike {
  std::string item;
  double likeness = 0.0;  // cosine, above 0
};

// What the slate would be at another diversity.
struct FrontierPoint {
  double diversity = 0.0;
  SlateQuality quality;
};

struct RecommendedItem {
  std::string id;
  int64_t position = 0;
  double value = 0.0;  // expected worth, before diversity
  double propensity = 1.0;
  bool explored = false;
  std::string source;  // attention, popular, fresh, asked
  Features features{};
  std::map<std::string, double> goals = {};  // probabilities, where a ranker was fitted
  std::vector<WordWeight> words = {};        // explain: of the item, what they add to its attention score
  std::optional<Alike> like = {};            // explain
};

struct Recommendation {
  std::vector<RecommendedItem> items;
  std::vector<Because> because;         // explain: past items, strongest first
  std::vector<FrontierPoint> frontier;  // a point for each that was asked for
  bool has_history = false;             // else by what most people took and what is new
  store::Decision decision;             // for the log; no candidates where there is nothing to recommend
};

// What became of an event.
struct Taken {
  bool is_new = false;      // else it was there already
  std::string decision_id;  // that showed the item to this person; "": none that is remembered
};

// One model's recommendations: histories, items, ranking, slates. Thread-safe.
class Engine {
 public:
  // `model` must outlive it. An engine that follows another shares its histories and what was shown lately;
  // the items it has only after take_over().
  Engine(const infer::SequenceRanker& model, Ranker ranker, EngineOptions options,
         const Engine* before = nullptr);

  // The items of the engine that this one follows, and how many people took them: what is not here or
  // differs. Again, with nothing else running, just before it takes its place.
  void take_over(const Engine& before);

  const EngineOptions& options() const { return options_; }
  Catalogue& catalogue() { return catalogue_; }
  const UserHistories& histories() const { return *histories_; }
  const Ranker& ranker() const { return ranker_; }

  // Adds or replaces an item: recommendable from now on.
  void put(data::Item item) { catalogue_.put(std::move(item)); }
  // An event changes the next answer. An item that is not there is kept hidden until it is described. Throws
  // invalid_argument for a time of more than a day from now, an id that is empty or above 256 bytes.
  // Throws what take() would.
  static void check(const std::string& user, const std::string& item, const std::string& kind, int64_t ts_us);
  Taken take(const std::string& user, const std::string& item, const std::string& kind, int64_t ts_us);
  void forget(const std::string& user);

  Recommendation recommend(const RecommendRequest& request);

  // As recommend() reads it: names, the latest last.
  std::vector<SessionEvent> history(const std::string& user) const;

 private:
  struct Work;
  struct Found;
  uint8_t kind_number(const std::string& kind);
  void read_history(const RecommendRequest& request, Work& work) const;
  void look(const RecommendRequest& request, Work& work) const;
  void find_candidates(const RecommendRequest& request, Work& work) const;
  void rank(const RecommendRequest& request, Work& work) const;
  void link(const Work& work, Recommendation& recommendation) const;
  void explain(Work& work, Recommendation& recommendation) const;
  store::Decision to_decision(const RecommendRequest& request, const Work& work, const Slate& slate) const;

  const infer::SequenceRanker& model_;
  const Ranker ranker_;
  const EngineOptions options_;
  Catalogue catalogue_;
  std::shared_ptr<UserHistories> histories_;
  std::shared_ptr<RecentSlates> recent_;
  mutable std::mutex kinds_mutex_;
  data::NameTable kinds_;
};

}  // namespace heed::apps::recommend
