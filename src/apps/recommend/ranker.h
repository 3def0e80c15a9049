#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "metrics/logistic.h"

namespace heed::apps::recommend {

// What is known of showing an item to a person, beside the model's own score.
enum Feature : size_t {
  kAttention,   // <query, item>; 0 without a history
  kMargin,      // by how much the best candidate's is greater, below 0
  kPopularity,  // log(1 + people who took it)
  kIsNew,       // 1: training never had it
  kAge,         // log(1 + days since it appeared); 0: not known
  kPrice,       // log(1 + price); 0: not known
  kAffinity,    // share of the history's events that share a tag or a maker with it
  kFromLists,   // 1: it came by popularity or freshness, not by attention
  kFeatures
};
using Features = std::array<double, kFeatures>;
inline constexpr std::array<const char*, kFeatures> kFeatureNames = {
    "attention", "margin", "popularity", "is_new", "age", "price", "affinity", "from_lists"};

struct RankerFit;
struct ShownItem;

// How likely each goal (click, share, finish ...) is where the item is looked at: calibrated, and freed of
// where it stood.
class Ranker {
 public:
  bool empty() const { return goals_.empty(); }
  bool has(const std::string& goal) const { return goals_.contains(goal); }
  std::vector<std::string> goals() const;
  double probability(const std::string& goal, const Features& features) const;
  // How often each position is looked at, the first 1; empty: not known.
  const std::vector<double>& examination() const { return examination_; }

  // {"features": [names], "goals": {"click": {"mean", "scale", "weights", "bias"}}, "examination": [...]}.
  Json to_json() const;
  // Throws corrupt_data naming the field.
  static Ranker parse(const Json& json, const std::string& where);

 private:
  friend RankerFit fit_ranker(std::span<const ShownItem> shown);
  std::map<std::string, metrics::LogisticModel> goals_;
  std::vector<double> examination_;
};

// One item that was shown, and what came of it.
struct ShownItem {
  Features features{};
  std::string item;
  int64_t position = 0;
  std::map<std::string, bool> reached = {};  // a goal
};

struct RankerFit {
  Ranker ranker;
  std::map<std::string, double> loss, plain_loss;  // a goal: mean -log P on the rows; and of their mean alone
  std::vector<std::string> left_out;               // goals that nobody or everybody reached
  std::string note;                                // where positions could not be told apart from items
};

// P(reached | position, features) = examination[position] sigmoid(features): the examination by
// economy/examination.h from all goals' attention together, the rest by expectation maximisation (Wang et al.
// 2018), whose step is a logistic regression with each row not reached counted as likely to have been looked
// at in vain. Throws invalid_argument on fewer than 20 rows.
RankerFit fit_ranker(std::span<const ShownItem> shown);

}  // namespace heed::apps::recommend
