#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/off_policy.h"

// Decisions that were logged with their propensities, and what another policy would have done: for estimates
// of what that would have earned (metrics/off_policy.h).
namespace heed::economy {

// One decision. Actions are numbers as the log has them.
struct LoggedDecision {
  int64_t action = 0;
  double reward = 0, propensity = 0;
};

// Vowpal Wabbit's contextual bandit text: a decision a line, "action:cost:probability | features", or one in
// several lines ("shared | …", then a line an action, of which one is labelled "0:cost:probability | …"),
// decisions then parted by empty lines. The reward is -cost; features are not looked at. Throws
// invalid_argument: `where`
// ("log.vw") and line, expected, found.
std::vector<LoggedDecision> read_vw_log(std::string_view text, const std::string& where);

struct ActionChance {
  int64_t action = 0;
  double chance = 0;
};

// What a policy would do, a decision a line, as Vowpal Wabbit predicts it: "0:0.1,1:0.9". Throws
// invalid_argument where an action is twice on a line, a chance is not from 0 to 1, or a line's chances do
// not sum to 1 within 0.001.
std::vector<std::vector<ActionChance>> read_vw_policy(std::string_view text, const std::string& where);

// A log beside a policy, ready for the estimators. Predicted rewards are each action's mean reward over the
// other half of the rows (even and odd ones), so that no row answers for itself.
struct PolicyLog {
  std::vector<double> rewards, propensities, targets, predicted_rewards, predicted_values;
  // Actions that the policy takes and the log never does, and how often it would: what no estimate can know.
  struct Unsupported {
    int64_t action = 0;
    double share = 0;
  };
  std::vector<Unsupported> unsupported;

  metrics::LoggedDecisions decisions() const;
};

// Throws invalid_argument where they differ in length.
PolicyLog judge(const std::vector<LoggedDecision>& log, const std::vector<std::vector<ActionChance>>& policy);

struct NamedEstimate {
  std::string_view name;  // "IPS", "SNIPS", "DM", "DR", "SWITCH-DR"
  metrics::OffPolicyEstimate estimate;
};

// By every estimator that the log has what it takes for: the last three need predicted rewards.
std::vector<NamedEstimate> estimates(const metrics::LoggedDecisions& log,
                                     const metrics::OffPolicyOptions& options = {});

// How much of what the policy would do the log has seen, from the weights alone: their mean is 1 where it has
// seen all of it. Below 0.9 with certainty: say so.
struct Coverage {
  double mean_weight = 1;
  metrics::Interval interval;
  bool is_short = false;
};
Coverage coverage(const metrics::LoggedDecisions& log);

}  // namespace heed::economy
