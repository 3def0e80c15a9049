#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "apps/console.h"
#include "base/error.h"
#include "cli/run_figures.h"
#include "cli/run_search.h"
#include "cli/runs_commands.h"
#include "cli/text_table.h"

namespace heed::cli {
namespace {

void check_same_task(const std::vector<Run>& runs) {
  const auto task = [](const Run& run) {
    return std::string(run.translation() ? "translates" : "classifies");
  };
  for (const Run& run : runs) {
    if (run.translation() == runs.front().translation()) continue;
    throw Error(ErrorCode::invalid_argument, "runs compare: expected runs of one task, found " +
                                                 runs.front().name + ", which " + task(runs.front()) +
                                                 ", and " + run.name + ", which " + task(run) +
                                                 "; compare like with like");
  }
}

// Recipe keys whose values differ, in the order of the recipes; "" where a run has none such.
std::vector<std::vector<std::string>> differing_keys(const std::vector<Run>& runs) {
  std::vector<std::vector<std::string>> rows;
  for (const Run& owner : runs) {
    for (const auto& [key, ignored] : owner.recipe) {
      if (std::ranges::any_of(rows, [&, k = key](const auto& row) { return row.front() == k; })) continue;
      std::vector<std::string> row = {key};
      for (const Run& run : runs) row.push_back(run.key(key));
      if (std::adjacent_find(row.begin() + 1, row.end(), std::not_equal_to<>()) != row.end())
        rows.push_back(row);
    }
  }
  return rows;
}

bool data_differ(const std::vector<Run>& runs) {
  const auto corpus = [](const Run& run) {
    return run.environment.is_object() ? run.environment.value("corpus", "") : "";
  };
  return std::ranges::any_of(runs, [&](const Run& run) { return corpus(run) != corpus(runs.front()); });
}

Json to_json(const std::vector<Run>& runs, const std::vector<FigureRow>& figures) {
  Json json = {{"runs", Json::array()}, {"recipe", Json::object()}, {"metrics", Json::object()}};
  for (const Run& run : runs) json["runs"].push_back({{"name", run.name}, {"state", to_string(run.state)}});
  for (const auto& row : differing_keys(runs)) {
    json["recipe"][row.front()] = std::vector<std::string>(row.begin() + 1, row.end());
  }
  for (const FigureRow& row : figures) {
    Json values = Json::array(), best = Json::array();
    for (size_t i = 0; i < runs.size(); ++i) {
      values.push_back(row.values[i] ? Json(*row.values[i]) : Json());
      if (row.best[i]) best.push_back(runs[i].name);
    }
    json["metrics"][row.name] = {{"values", std::move(values)}, {"best", std::move(best)}};
  }
  json["same_data"] = !data_differ(runs);
  return json;
}

void print_tables(const std::vector<Run>& runs, const std::vector<FigureRow>& figures) {
  std::vector<std::string> heading = {"recipe"};
  for (const Run& run : runs) heading.push_back(run.name);
  std::vector<std::vector<std::string>> recipe = {heading};
  for (auto& row : differing_keys(runs)) recipe.push_back(std::move(row));
  apps::print(recipe.size() > 1 ? text_table(recipe, {}) : "the recipes are equal\n");
  heading.front() = "measured";
  std::vector<std::vector<std::string>> measured = {heading};
  std::vector<size_t> right;
  for (size_t i = 1; i <= runs.size(); ++i) right.push_back(i);
  for (const FigureRow& row : figures) {
    measured.push_back({row.name});
    for (size_t i = 0; i < runs.size(); ++i) {
      const std::string mark = row.best[i] ? " *" : "  ";
      const auto& value = row.values[i];
      measured.back().push_back((!value ? "-" : row.whole ? apps::fixed(*value, 0) : figure(*value)) + mark);
    }
  }
  apps::print("\n" + text_table(measured, right) + "\n* the best of its line\n");
}

void compare(const std::vector<std::string>& names, bool json) {
  std::vector<Run> runs;
  for (const std::string& name : names) runs.push_back(read_run(find_run(name)));
  check_same_task(runs);
  for (const Run& run : runs) {
    if (!run.note.empty()) apps::print_report("heed: " + run.note + "\n");
  }
  const std::vector<FigureRow> figures = compare_figures(runs);
  if (json) {
    apps::print(to_json(runs, figures).dump() + "\n");
    return;
  }
  print_tables(runs, figures);
  if (data_differ(runs)) {
    apps::print_report("note: these runs did not learn from the same rows, or not by the same vocabulary\n");
  }
}

}  // namespace

void add_runs_compare_command(CLI::App& runs) {
  const auto names = std::make_shared<std::vector<std::string>>();
  const auto json = std::make_shared<bool>(false);
  CLI::App* command = runs.add_subcommand("compare", "What differs between runs, and what came of it");
  command->add_option("RUN", *names, "Model (its current version), NAME/3, or an unfinished NAME.run")
      ->required()
      ->expected(2, -1);
  command->add_flag("--json", *json, "One JSON object");
  command->footer("Example:\n  heed runs compare models/bank/1 models/bank/2");
  command->callback([=] { compare(*names, *json); });
}

}  // namespace heed::cli
