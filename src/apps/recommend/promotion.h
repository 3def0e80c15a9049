#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "economy/gate.h"
#include "metrics/off_policy.h"

namespace heed::apps::recommend {

// One place of a slate that was shown, and what another policy would do with the same place.
struct LoggedPlace {
  int32_t item = 0;         // that stood there
  double reward = 0.0;      // what came of it
  double propensity = 1.0;  // that it stood there under the logged policy
  // Of the policy to be judged: what could stand there, with probabilities that sum to 1.
  std::vector<std::pair<int32_t, double>> target = {};
};
using LoggedSlate = std::vector<LoggedPlace>;

using PromotionOptions = economy::GateOptions;  // decisions are places

struct Promotion {
  int64_t slates = 0;
  double live = 0.0;                                     // mean reward of a slate, as it was
  metrics::OffPolicyEstimate ips, snips, doubly_robust;  // of a slate under the policy to be judged
  double difference = 0.0;                               // doubly robust less live, paired by slate
  metrics::Interval interval;                            // of it
  bool is_proven = false;
  std::string why;
};

// Whether a policy would earn more than the one that was logged, from the log alone, where what stands at a
// place is worth what it is whatever stands elsewhere. Estimators are those of metrics/off_policy.h, a row a
// place; the reward model of the doubly robust one is each item's mean, shrunk to that of all, of the other
// half of the slates. Proven is what the gate (economy/gate.h) lets through. Throws invalid_argument on fewer
// than four slates, slates without places, and probabilities out of range.
Promotion judge_policy(std::span<const LoggedSlate> slates, const PromotionOptions& options = {});

// For a person.
std::string to_text(const Promotion& promotion);

}  // namespace heed::apps::recommend
