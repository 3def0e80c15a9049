#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/console.h"
#include "base/error.h"
#include "base/nearest.h"
#include "cli/run_search.h"
#include "cli/runs_commands.h"
#include "cli/text_table.h"
#include "metrics/direction.h"

namespace heed::cli {
namespace {

struct ListSettings {
  std::vector<std::string> folders = {"models"};
  std::string sort;
  bool json = false;
};

// The metric that a line shows: the one sorted by, or the one that decided the run.
std::string shown_metric(const Run& run, const ListSettings& settings) {
  return settings.sort.empty() ? run.key("train.metric") : settings.sort;
}

void check_metric(const std::vector<Run>& runs, const std::string& metric) {
  std::set<std::string> known;
  for (const Run& run : runs) {
    for (const RunPoint& point : run.points) {
      if (point.split != "valid") continue;
      for (const auto& [name, value] : point.values) known.insert(name);
    }
  }
  if (known.contains(metric)) return;
  std::string message = "--sort: expected a metric of validation, one of";
  for (const std::string& name : known) message += " " + name;
  throw Error(ErrorCode::invalid_argument,
              message + "; found '" + metric + "'" +
                  did_you_mean(metric, std::vector<std::string>(known.begin(), known.end())));
}

// Best first; runs without the metric last.
void sort_by(std::vector<Run>& runs, const std::string& metric) {
  const double sign = metrics::greater_is_better(metric) ? -1.0 : 1.0;
  std::ranges::stable_sort(runs, [&](const Run& a, const Run& b) {
    const RunPoint *x = best_point(a, metric), *y = best_point(b, metric);
    if (x == nullptr || y == nullptr) return x != nullptr && y == nullptr;
    return sign * x->values.at(metric) < sign * y->values.at(metric);
  });
}

Json to_json(const Run& run, const std::string& metric) {
  const RunPoint* best = best_point(run, metric);
  Json json = {{"name", run.name},
               {"folder", run.folder.string()},
               {"state", to_string(run.state)},
               {"architecture", run.key("model.architecture")},
               {"metric", metric},
               {"best", best == nullptr ? Json() : Json(best->values.at(metric))},
               {"best_step", best == nullptr ? Json() : Json(best->step)},
               {"epochs", run.epochs()},
               {"parameters", Json()},
               {"minutes", Json()}};
  if (const auto parameters = run.parameters()) json["parameters"] = *parameters;
  if (const auto minutes = run.minutes()) json["minutes"] = *minutes;
  return json;
}

std::vector<std::string> to_row(const Run& run, const std::string& metric) {
  const RunPoint* best = best_point(run, metric);
  const auto parameters = run.parameters();
  const auto minutes = run.minutes();
  return {run.name,
          run.key("model.architecture"),
          parameters ? fmt::format("{:.2f} M", static_cast<double>(*parameters) / 1e6) : "-",
          metric,
          best == nullptr ? "-" : figure(best->values.at(metric)),
          best == nullptr ? "-" : std::to_string(best->step),
          fmt::format("{}/{}", run.epochs(), run.key("train.epochs")),
          minutes ? apps::fixed(*minutes, 1) : "-",
          to_string(run.state)};
}

void list(const ListSettings& settings) {
  std::vector<Run> runs;
  std::vector<std::string> problems;
  for (const std::string& folder : settings.folders) {
    for (Run& run : find_runs(folder, problems)) runs.push_back(std::move(run));
  }
  for (const Run& run : runs) {
    if (!run.note.empty()) problems.push_back(run.note);
  }
  for (const std::string& problem : problems) apps::print_report("heed: " + problem + "\n");
  if (!settings.sort.empty() && !runs.empty()) {
    check_metric(runs, settings.sort);
    sort_by(runs, settings.sort);
  }
  if (settings.json) {
    Json all = Json::array();
    for (const Run& run : runs) all.push_back(to_json(run, shown_metric(run, settings)));
    apps::print(all.dump() + "\n");
    return;
  }
  if (runs.empty()) {
    apps::print_report("no training runs here\n");
    return;
  }
  std::vector<std::vector<std::string>> rows = {
      {"run", "architecture", "parameters", "metric", "best", "step", "epochs", "minutes", "state"}};
  for (const Run& run : runs) rows.push_back(to_row(run, shown_metric(run, settings)));
  apps::print(text_table(rows, {2, 4, 5, 6, 7}));
}

}  // namespace

void add_runs_list_command(CLI::App& runs) {
  const auto settings = std::make_shared<ListSettings>();
  CLI::App* command =
      runs.add_subcommand("list", "One line a run: what it is and how well it did on validation");
  command->add_option("FOLDER", settings->folders, "Where models and unfinished runs lie")
      ->capture_default_str();
  command->add_option("--sort", settings->sort, "By a metric of validation, the best first")
      ->type_name("METRIC");
  command->add_flag("--json", settings->json, "One JSON array");
  command->footer("Example:\n  heed runs list models --sort accuracy");
  command->callback([settings] { list(*settings); });
}

}  // namespace heed::cli
