#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/console.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/economy_commands.h"
#include "cli/named_columns.h"
#include "cli/number_field.h"
#include "cli/text_table.h"
#include "data/table.h"
#include "economy/gate.h"
#include "economy/policy_log.h"
#include "metrics/slate.h"

namespace heed::cli {
namespace {

struct Settings {
  std::string file, policy;
  metrics::OffPolicyOptions options;
  double clip = 0;  // 0: none
  bool slates = false, json = false, promote = false;
  economy::GateOptions gate;
  std::string store, candidate = "candidate";
};

using Named = economy::NamedEstimate;

// Columns with a reward, a propensity, the target's chance; and what a reward model says, or nothing.
economy::PolicyLog read_table(const std::string& file) {
  const data::Table table = data::read_table(file);
  const NamedColumns columns(table, {"reward", "propensity", "target"},
                             {"action", "predicted", "predicted_value"});
  economy::PolicyLog log;
  for (const data::Row& row : table.rows) {
    const std::string where = table.where(row);
    log.rewards.push_back(read_number(columns.get(row, 0), where, "reward"));
    log.propensities.push_back(read_number(columns.get(row, 1), where, "propensity"));
    log.targets.push_back(read_number(columns.get(row, 2), where, "target"));
    if (!(log.propensities.back() > 0 && log.propensities.back() <= 1))
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format(
              "{}: field 'propensity': expected above 0 and at most 1, found {}: a decision that could "
              "not be made says nothing",
              where, log.propensities.back()));
    if (columns.get(row, 4).empty() != columns.get(row, 5).empty())
      throw Error(ErrorCode::invalid_argument,
                  where + ": expected both 'predicted' and 'predicted_value', or neither");
    if (columns.get(row, 4).empty()) continue;
    log.predicted_rewards.push_back(read_number(columns.get(row, 4), where, "predicted"));
    log.predicted_values.push_back(read_number(columns.get(row, 5), where, "predicted_value"));
  }
  return log;
}

// Rows of one slate have its name and reward, one row a position.
struct Slates {
  std::vector<double> rewards, propensities, targets, predicted, values;
  int64_t positions = 0;
};

Slates read_slates(const std::string& file) {
  const data::Table table = data::read_table(file);
  const NamedColumns columns(table, {"slate", "position", "reward", "propensity", "target"},
                             {"predicted", "predicted_value"});
  struct Slate {
    double reward = 0, predicted = 0, value = 0;
    std::map<int64_t, std::pair<double, double>> places;
    bool has_model = false;
  };
  std::map<std::string, Slate> slates;
  std::vector<std::string> order;
  for (const data::Row& row : table.rows) {
    const std::string where = table.where(row), name = columns.get(row, 0);
    const bool is_new = !slates.contains(name);
    if (is_new) order.push_back(name);
    Slate& slate = slates[name];
    const double reward = read_number(columns.get(row, 2), where, "reward");
    if (!is_new && reward != slate.reward)
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: field 'reward': expected {}, as the slate's other rows have, found {}",
                              where, slate.reward, reward));
    slate.reward = reward;
    const auto position = read_whole(columns.get(row, 1), where, "position");
    const bool added = slate.places
                           .emplace(position, std::pair(read_number(columns.get(row, 3), where, "propensity"),
                                                        read_number(columns.get(row, 4), where, "target")))
                           .second;
    if (!added)
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format("{}: field 'position': expected {} once a slate, found it twice", where, position));
    if (columns.get(row, 5).empty()) continue;
    slate.has_model = true;
    slate.predicted = read_number(columns.get(row, 5), where, "predicted");
    slate.value = read_number(columns.get(row, 6), where, "predicted_value");
  }
  if (order.empty()) throw Error(ErrorCode::invalid_argument, file + ": expected rows of slates, found none");
  Slates all;
  all.positions = static_cast<int64_t>(slates[order.at(0)].places.size());
  for (const std::string& name : order) {
    const Slate& slate = slates[name];
    if (static_cast<int64_t>(slate.places.size()) != all.positions)
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: slate '{}': expected {} positions as the first has, found {}", file, name,
                              all.positions, slate.places.size()));
    all.rewards.push_back(slate.reward);
    for (const auto& [position, chances] : slate.places) {
      all.propensities.push_back(chances.first);
      all.targets.push_back(chances.second);
    }
    if (!slate.has_model) continue;
    all.predicted.push_back(slate.predicted);
    all.values.push_back(slate.value);
  }
  return all;
}

Json to_json(const Named& one) {
  return {{"estimator", one.name},
          {"value", one.estimate.value},
          {"lower", one.estimate.interval.lower},
          {"upper", one.estimate.interval.upper},
          {"effective_rows", one.estimate.effective_rows},
          {"greatest_weight", one.estimate.greatest_weight},
          {"clipped_share", one.estimate.clipped_share}};
}

void show(const std::vector<Named>& all, const Json& notes, bool as_json) {
  if (as_json) {
    Json list = Json::array();
    for (const Named& one : all) list.push_back(to_json(one));
    apps::print(Json({{"estimates", list}, {"notes", notes}}).dump() + "\n");
    return;
  }
  std::vector<std::vector<std::string>> rows = {
      {"estimator", "value", "lower", "upper", "worth rows", "greatest weight"}};
  for (const Named& one : all)
    rows.push_back({std::string(one.name), figure(one.estimate.value), figure(one.estimate.interval.lower),
                    figure(one.estimate.interval.upper), figure(one.estimate.effective_rows),
                    figure(one.estimate.greatest_weight)});
  apps::print(text_table(rows, {1, 2, 3, 4, 5}));
  for (const Json& note : notes) apps::print(note.get<std::string>() + "\n");
}

// Through the gate: by the doubly robust estimate of each decision where there are predicted rewards, else by
// its inverse propensity.
void decide(const Settings& settings, const economy::PolicyLog& log, const std::vector<Named>& all) {
  std::vector<double> differences;
  for (size_t k = 0; k < log.rewards.size(); ++k) {
    const bool robust = !log.predicted_rewards.empty();
    const double weight = log.targets[k] / log.propensities[k];
    differences.push_back(
        (robust ? log.predicted_values[k] + weight * (log.rewards[k] - log.predicted_rewards[k])
                : weight * log.rewards[k]) -
        log.rewards[k]);
  }
  economy::GateOptions gate = settings.gate;
  gate.confidence = settings.options.confidence;
  const economy::Verdict verdict =
      economy::judge_differences(differences, all.front().estimate.effective_rows, "decisions", gate);
  Json table = Json::array();
  for (const Named& one : all) table.push_back(to_json(one));
  table.push_back({{"candidate_less_live", verdict.difference},
                   {"lower", verdict.interval.lower},
                   {"upper", verdict.interval.upper}});
  apps::print_report(fmt::format("candidate less live {:+.5f} [{:+.5f}, {:+.5f}]: {}\n", verdict.difference,
                                 verdict.interval.lower, verdict.interval.upper, verdict.why));
  if (!settings.store.empty())
    economy::keep_verdict(*store::open_event_log(settings.store), "economy", settings.candidate,
                          verdict.promote, verdict.why, table.dump());
  if (!verdict.promote) throw Error(ErrorCode::forbidden, "promote: refused: " + verdict.why);
}

void run(const Settings& given) {
  Settings settings = given;
  if (settings.clip > 0) settings.options.clip = settings.clip;
  Json notes = Json::array();
  if (settings.slates) {
    const Slates slates = read_slates(settings.file);
    const metrics::LoggedSlates log{slates.rewards, slates.propensities, slates.targets, slates.positions};
    std::vector<Named> all = {{"pseudo-inverse", metrics::slate_pseudo_inverse(log, settings.options)}};
    if (!slates.predicted.empty())
      all.push_back({"SWITCH-DR", metrics::slate_switch_doubly_robust(log, slates.predicted, slates.values,
                                                                      settings.options)});
    return show(all, notes, settings.json);
  }
  economy::PolicyLog log;
  if (settings.policy.empty()) {
    log = read_table(settings.file);
  } else {
    log = economy::judge(economy::read_vw_log(read_file(settings.file), settings.file),
                         economy::read_vw_policy(read_file(settings.policy), settings.policy));
  }
  for (const economy::PolicyLog::Unsupported& one : log.unsupported)
    notes.push_back(
        fmt::format("action {}: the policy takes it {:.1f} % of the time, the log never: what it earns is "
                    "not known",
                    one.action, 100 * one.share));
  const economy::Coverage seen = economy::coverage(log.decisions());
  if (seen.is_short)
    notes.push_back(
        fmt::format("the weights' mean is {:.2f} and not 1 (95 % {:.2f} to {:.2f}): the policy does things "
                    "that the log hardly ever did; IPS and SNIPS leave them out",
                    seen.mean_weight, seen.interval.lower, seen.interval.upper));
  const std::vector<Named> all = economy::estimates(log.decisions(), settings.options);
  show(all, notes, settings.json);
  if (settings.promote) decide(settings, log, all);
}

}  // namespace

void add_economy_evaluate_command(CLI::App& economy) {
  CLI::App* command = economy.add_subcommand("evaluate", "What another policy would have earned, from a log");
  auto settings = std::make_shared<Settings>();
  command
      ->add_option(
          "LOG", settings->file,
          "reward, propensity, target (the policy's chance of what was done); predicted, predicted_value; or "
          "Vowpal Wabbit's action:cost:probability with --policy")
      ->required()
      ->type_name("FILE");
  command->add_option("--policy", settings->policy, "Chances a decision, as vw predicts them: 0:0.1,1:0.9")
      ->type_name("FILE");
  command->add_flag("--slates", settings->slates,
                    "Rows are positions: slate, position, reward, propensity, target");
  command->add_option("--clip", settings->clip, "Greatest weight; less noise, some bias")
      ->check(CLI::PositiveNumber)
      ->type_name("W");
  command->add_option("--switch-at", settings->options.switch_at, "SWITCH-DR: above, the reward model alone")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->type_name("W");
  command->add_option("--confidence", settings->options.confidence, "Of the intervals")
      ->check(CLI::Range(0.5, 0.999))
      ->capture_default_str()
      ->type_name("P");
  command->add_flag(
      "--promote", settings->promote,
      "Go through the gate: exit status 0 where the whole interval of candidate less live is above 0");
  command
      ->add_option("--least-effective", settings->gate.least_effective,
                   "Decisions that the log must be worth")
      ->check(CLI::Range(2.0, 1e12))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--store", settings->store, "Event log in which --promote keeps its verdict and table")
      ->type_name("URL");
  command->add_option("--candidate", settings->candidate, "Its name there")->capture_default_str();
  command->add_flag("--json", settings->json, "One JSON object");
  command->footer(
      "Examples:\n"
      "  heed economy evaluate log.csv\n"
      "  heed economy evaluate log.vw --policy predictions.txt --switch-at 20\n"
      "  heed economy evaluate log.csv --promote --candidate weights-2 --store events.db");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::cli
