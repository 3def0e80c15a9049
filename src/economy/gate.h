#pragma once

#include <span>
#include <string>

#include "metrics/intervals.h"
#include "store/event_log.h"

// The gate that a change of policy (weights, thresholds, a model) goes through: what was logged, an estimate
// with its interval, promote or refuse, and the table kept.
namespace heed::economy {

struct GateOptions {
  double confidence = 0.95;      // of the interval
  double least_effective = 200;  // decisions that the log must be worth (effective sample size)
};

struct Verdict {
  bool promote = false;
  double difference = 0.0;       // candidate less live, the mean
  metrics::Interval interval{};  // of it
  std::string why;
};

// `differences`: of each logged decision, what it would have earned under the candidate (by an estimator of
// metrics/off_policy.h) less what it earned. Promoted is what has the whole interval above 0 and a log worth
// `least_effective` decisions, called `what` ("places"). Throws invalid_argument on fewer than two.
Verdict judge_differences(std::span<const double> differences, double effective, const std::string& what,
                          const GateOptions& options = {});

// Keeps a verdict as a decision of the log: app "gate", chosen "promote" or "refuse", the reason
// {app, candidate, why, table}.
void keep_verdict(store::EventLog& log, const std::string& app, const std::string& candidate, bool promote,
                  const std::string& why, const std::string& table);

}  // namespace heed::economy
