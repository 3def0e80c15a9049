#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/recommend/dataset.h"
#include "apps/recommend/scorer.h"
#include "base/json.h"
#include "base/parallel.h"

namespace heed::apps::recommend {

// One person and the event that was held out: what is judged is its place among all items that the history
// has not.
struct EvaluationCase {
  KnownHistory history;
  int32_t next = 0;
  int32_t popularity = 0;  // people who took `next` in training
  int32_t user = 0;        // number in the log
};

struct EvaluationOptions {
  int64_t top = 10;         // k
  bool new_items = false;   // only those that training never had are ranked, for the people who took one
  int64_t max_history = 0;  // events of each history that are known, the latest; 0: all
};

// Of one split of a dataset: of each person the first held-out event. `test`: the second part held out, whose
// people's histories have the first too.
struct EvaluationData {
  std::vector<KnownHistory> training;  // a person
  std::vector<EvaluationCase> cases;
  std::vector<int32_t> popularity;         // people an item
  std::vector<std::vector<int32_t>> tags;  // an item's, as numbers; its words where no item has tags
  bool has_tags = false;
};
EvaluationData evaluation_data(const Dataset& dataset, bool test, const EvaluationOptions& options);

// What a scorer comes to. Means over cases.
struct Judgement {
  std::string name;
  std::vector<double> hits, ndcg;  // a case, at k
  double hit_rate = 0.0, ndcg_mean = 0.0, mrr = 0.0;
  double coverage = 0.0;                 // share of the items that stand in somebody's first k
  double novelty = 0.0;                  // bits: -log2 of the share of people who took it, a recommended item
  std::optional<double> diversity;       // 1 - mean overlap (Jaccard) of tags or words within the first k
  std::optional<double> miscalibration;  // KL of the history's tags from those of the first k (Steck 2018)
  // Hit rate of thirds: of people by events, of next items by people who took them; fewest first.
  std::vector<double> by_activity, by_popularity;
};
Judgement judge(const Scorer& scorer, const EvaluationData& data, const EvaluationOptions& options,
                const ParallelFor& parallel);

// A line a scorer, and what the first of them is better by, with paired 95 % intervals (bootstrap over
// people).
std::string to_table(const std::vector<Judgement>& judgements, const EvaluationOptions& options);
Json to_json(const std::vector<Judgement>& judgements);

}  // namespace heed::apps::recommend
