#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/console.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/economy_commands.h"
#include "cli/named_columns.h"
#include "cli/number_field.h"
#include "cli/text_table.h"
#include "data/table.h"
#include "metrics/experiment.h"

namespace heed::cli {
namespace {

struct Settings {
  std::string file;
  double confidence = 0.95;
  bool json = false;
};

struct Group {
  std::vector<double> values, before;
};

struct Experiment {
  Group treated, control;
  metrics::SequentialTest sequential;
  int64_t decided_at = 0;  // people after whom it was; 0: not yet
};

Experiment read(const Settings& settings) {
  const data::Table table = data::read_table(settings.file);
  const NamedColumns columns(table, {"treated", "value"}, {"before"});
  Experiment experiment;
  experiment.sequential = metrics::SequentialTest({.confidence = settings.confidence});
  for (size_t k = 0; k < table.rows.size(); ++k) {
    const data::Row& row = table.rows[k];
    const std::string where = table.where(row);
    const bool treated = read_flag(columns.get(row, 0), where, "treated");
    Group& group = treated ? experiment.treated : experiment.control;
    const double value = read_number(columns.get(row, 1), where, "value");
    group.values.push_back(value);
    if (!columns.get(row, 2).empty())
      group.before.push_back(read_number(columns.get(row, 2), where, "before"));
    treated ? experiment.sequential.add_treated(value) : experiment.sequential.add_control(value);
    if (experiment.decided_at == 0 && experiment.sequential.is_decided())
      experiment.decided_at = static_cast<int64_t>(k) + 1;
  }
  for (const Group* group : {&experiment.treated, &experiment.control}) {
    if (!group->before.empty() && group->before.size() != group->values.size())
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: field 'before': expected it in every row or in none, found {} of {}",
                              settings.file, group->before.size(), group->values.size()));
  }
  return experiment;
}

Json to_json(const metrics::Difference& difference) {
  return {{"value", difference.value},
          {"lower", difference.interval.lower},
          {"upper", difference.interval.upper},
          {"p_value", difference.p_value}};
}

void run(const Settings& settings) {
  const Experiment experiment = read(settings);
  const Group &treated = experiment.treated, &control = experiment.control;
  const metrics::Difference plain =
      metrics::mean_difference(treated.values, control.values, settings.confidence);
  const metrics::Difference always = experiment.sequential.difference();
  Json json = {{"people", {treated.values.size(), control.values.size()}},
               {"difference", to_json(plain)},
               {"p_value_always", experiment.sequential.p_value()},
               {"decided_at", experiment.decided_at}};
  std::vector<std::vector<std::string>> rows = {{"", "difference", "lower", "upper", "p"}};
  const auto add = [&rows](const std::string& name, const metrics::Difference& one) {
    rows.push_back({name, figure(one.value), figure(one.interval.lower), figure(one.interval.upper),
                    figure(one.p_value)});
  };
  add("looked at once", plain);
  std::string cuped;
  if (!treated.before.empty() && !control.before.empty()) {
    const metrics::AdjustedDifference adjusted = metrics::cuped_difference(
        treated.values, treated.before, control.values, control.before, settings.confidence);
    json["cuped"] = to_json(adjusted);
    json["cuped"]["variance_left"] = adjusted.variance_left;
    add("less what differed before (CUPED)", adjusted);
    cuped = fmt::format("{:.0f} % of the variance is left by CUPED\n", 100 * adjusted.variance_left);
  }
  if (std::isfinite(always.interval.lower)) {
    json["always"] = to_json(always);
    add("at every look together", always);
  }
  if (settings.json) return apps::print(json.dump() + "\n");
  apps::print(fmt::format("{} treated, {} not\n", treated.values.size(), control.values.size()));
  apps::print(text_table(rows, {1, 2, 3, 4}));
  apps::print(cuped);
  apps::print(experiment.decided_at > 0
                  ? fmt::format("could have been stopped after {} people, in the order of the file\n",
                                experiment.decided_at)
                  : "not decided, were it looked at after every person\n");
}

}  // namespace

void add_economy_experiment_command(CLI::App& economy) {
  CLI::App* command =
      economy.add_subcommand("experiment", "What a treatment did: CUPED, and a test that may be peeked at");
  auto settings = std::make_shared<Settings>();
  command
      ->add_option("PEOPLE", settings->file, "treated (0, 1), value; before: the same, before the experiment")
      ->required()
      ->type_name("FILE");
  command->add_option("--confidence", settings->confidence, "Of the intervals")
      ->check(CLI::Range(0.5, 0.999))
      ->capture_default_str()
      ->type_name("P");
  command->add_flag("--json", settings->json, "One JSON object");
  command->footer("Example:\n  heed economy experiment people.csv");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::cli
