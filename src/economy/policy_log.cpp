#include "economy/policy_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::economy {
namespace {

constexpr double kSum = 1e-3;        // that chances may be away from 1
constexpr double kEnoughSeen = 0.9;  // of what a policy does

[[noreturn]] void fail(const std::string& where, size_t line, const std::string& message) {
  throw Error(ErrorCode::invalid_argument, fmt::format("{}:{}: {}", where, line, message));
}

std::string shown(std::string_view text) { return std::string(text.substr(0, 60)); }

template <class Number>
bool read(std::string_view text, Number& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc() && end == text.data() + text.size();
}

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// body(line, number), without line ends.
template <class Body>
void each_line(std::string_view text, const Body& body) {
  size_t number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    body(trimmed(text.substr(0, end)), ++number);
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

// "action:cost:probability"; false where the line has no label.
bool read_label(std::string_view line, const std::string& where, size_t number, LoggedDecision& decision) {
  const size_t bar = line.find('|');
  if (bar == std::string_view::npos)
    fail(where, number,
         fmt::format("expected 'action:cost:probability | features', found '{}'", shown(line)));
  std::string_view label = trimmed(line.substr(0, bar));
  label = label.substr(0, label.find_first_of(" \t"));  // a tag may follow
  const size_t a = label.find(':');
  if (label.empty() || label == "shared" || a == std::string_view::npos) return false;
  const size_t b = label.find(':', a + 1);
  double cost = 0;
  if (b == std::string_view::npos || !read(label.substr(0, a), decision.action) ||
      !read(label.substr(a + 1, b - a - 1), cost) || !read(label.substr(b + 1), decision.propensity) ||
      !std::isfinite(cost))
    fail(where, number, fmt::format("expected the label action:cost:probability, found '{}'", shown(label)));
  if (!(decision.propensity > 0 && decision.propensity <= 1))
    fail(where, number,
         fmt::format(
             "expected a probability above 0 and at most 1, found {}: a decision without one says nothing of "
             "another policy",
             decision.propensity));
  decision.reward = -cost;
  return true;
}

// Decisions of several lines: which action is labelled is said by its place.
class Multiline {
 public:
  void add(std::string_view line, const std::string& where, size_t number, std::vector<LoggedDecision>& log) {
    if (line.empty()) return finish(where, number, log);
    LoggedDecision decision;
    const bool labelled = read_label(line, where, number, decision);
    if (line.starts_with("shared")) return;
    if (labelled) {
      if (found_) fail(where, number, "expected one labelled action a decision, found two");
      found_ = true;
      decision_ = decision;
      decision_.action = actions_;
    }
    ++actions_;
  }

  void finish(const std::string& where, size_t number, std::vector<LoggedDecision>& log) {
    if (actions_ == 0) return;
    if (!found_) fail(where, number, "expected a labelled action in the decision that ends here, found none");
    log.push_back(decision_);
    actions_ = 0;
    found_ = false;
  }

 private:
  LoggedDecision decision_;
  int64_t actions_ = 0;
  bool found_ = false;
};

}  // namespace

std::vector<LoggedDecision> read_vw_log(std::string_view text, const std::string& where) {
  bool in_several_lines = false;
  each_line(text, [&](std::string_view line, size_t) {
    in_several_lines |= line.starts_with("shared") || line.starts_with("|");
  });
  std::vector<LoggedDecision> log;
  Multiline decision;
  size_t last = 0;
  each_line(text, [&](std::string_view line, size_t number) {
    last = number;
    if (in_several_lines) return decision.add(line, where, number, log);
    if (line.empty()) return;
    LoggedDecision one;
    if (!read_label(line, where, number, one))
      fail(where, number, fmt::format("expected the label action:cost:probability, found '{}'", shown(line)));
    log.push_back(one);
  });
  decision.finish(where, last, log);
  if (log.empty()) fail(where, 1, "expected decisions, found none");
  return log;
}

std::vector<std::vector<ActionChance>> read_vw_policy(std::string_view text, const std::string& where) {
  std::vector<std::vector<ActionChance>> policy;
  each_line(text, [&](std::string_view line, size_t number) {
    if (line.empty()) return;
    std::vector<ActionChance> chances;
    double sum = 0;
    for (size_t begin = 0; begin <= line.size();) {
      const size_t end = std::min(line.find(',', begin), line.size());
      const std::string_view part = line.substr(begin, end - begin);
      const size_t colon = part.find(':');
      ActionChance one;
      if (colon == std::string_view::npos || !read(part.substr(0, colon), one.action) ||
          !read(part.substr(colon + 1), one.chance))
        fail(where, number, fmt::format("expected action:chance, found '{}'", shown(part)));
      if (!(one.chance >= 0 && one.chance <= 1))
        fail(where, number,
             fmt::format("action {}: expected a chance from 0 to 1, found {}", one.action, one.chance));
      if (std::ranges::find(chances, one.action, &ActionChance::action) != chances.end())
        fail(where, number, fmt::format("action {}: expected once, found twice", one.action));
      sum += one.chance;
      chances.push_back(one);
      begin = end + 1;
    }
    if (std::abs(sum - 1) > kSum)
      fail(where, number, fmt::format("expected chances that sum to 1, found {:.4f}", sum));
    policy.push_back(std::move(chances));
  });
  return policy;
}

metrics::LoggedDecisions PolicyLog::decisions() const {
  return {.rewards = rewards,
          .propensities = propensities,
          .target_probabilities = targets,
          .predicted_rewards = predicted_rewards,
          .predicted_values = predicted_values};
}

PolicyLog judge(const std::vector<LoggedDecision>& log,
                const std::vector<std::vector<ActionChance>>& policy) {
  if (log.size() != policy.size())
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("policy: expected a line for each of {} decisions, found {}", log.size(), policy.size()));
  struct Mean {
    double sum = 0, count = 0;
    double value(double otherwise) const { return (sum + otherwise) / (count + 1); }
  };
  std::array<std::map<int64_t, Mean>, 2> by_action;
  std::array<Mean, 2> all;
  for (size_t k = 0; k < log.size(); ++k) {
    for (Mean* mean : {&by_action[k % 2][log[k].action], &all[k % 2]}) {
      mean->sum += log[k].reward;
      mean->count += 1;
    }
  }
  const auto predict = [&](size_t row, int64_t action) {
    const size_t other = 1 - row % 2;
    const double usual = all[other].value(0);
    const auto at = by_action[other].find(action);
    return at == by_action[other].end() ? usual : at->second.value(usual);
  };
  PolicyLog judged;
  std::map<int64_t, double> taken;
  for (size_t k = 0; k < log.size(); ++k) {
    double target = 0, value = 0;
    for (const ActionChance& one : policy[k]) {
      if (one.action == log[k].action) target = one.chance;
      value += one.chance * predict(k, one.action);
      taken[one.action] += one.chance / static_cast<double>(log.size());
    }
    judged.rewards.push_back(log[k].reward);
    judged.propensities.push_back(log[k].propensity);
    judged.targets.push_back(target);
    judged.predicted_rewards.push_back(predict(k, log[k].action));
    judged.predicted_values.push_back(value);
  }
  for (const auto& [action, share] : taken) {
    if (share > 0 && !by_action[0].contains(action) && !by_action[1].contains(action))
      judged.unsupported.push_back({.action = action, .share = share});
  }
  return judged;
}

std::vector<NamedEstimate> estimates(const metrics::LoggedDecisions& log,
                                     const metrics::OffPolicyOptions& options) {
  std::vector<NamedEstimate> all = {{"IPS", metrics::inverse_propensity(log, options)},
                                    {"SNIPS", metrics::self_normalised_inverse_propensity(log, options)}};
  if (log.predicted_rewards.empty()) return all;
  all.push_back({"DM", metrics::direct_method(log, options)});
  all.push_back({"DR", metrics::doubly_robust(log, options)});
  all.push_back({"SWITCH-DR", metrics::switch_doubly_robust(log, options)});
  return all;
}

Coverage coverage(const metrics::LoggedDecisions& log) {
  std::vector<double> weights;
  for (size_t k = 0; k < log.rewards.size(); ++k)
    weights.push_back(log.target_probabilities[k] / log.propensities[k]);
  const metrics::MeanInterval mean = metrics::mean_interval(weights);
  return {.mean_weight = mean.mean, .interval = mean.interval, .is_short = mean.interval.upper < kEnoughSeen};
}

}  // namespace heed::economy
