#include <algorithm>
#include <map>
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
#include "economy/attribution.h"

namespace heed::cli {
namespace {

constexpr int64_t kExactTouches = 12;

struct Settings {
  std::string file;
  int64_t orders = 1000;
  bool json = false;
};

std::vector<economy::Path> read_paths(const std::string& file) {
  const data::Table table = data::read_table(file);
  const NamedColumns columns(table, {"path"}, {"value", "count"});
  std::vector<economy::Path> paths;
  for (const data::Row& row : table.rows) {
    const std::string where = table.where(row);
    economy::Path path;
    std::string_view rest = columns.get(row, 0);
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('>'), rest.size());
      std::string_view touch = rest.substr(0, end);
      while (touch.starts_with(' ')) touch.remove_prefix(1);
      while (touch.ends_with(' ')) touch.remove_suffix(1);
      if (touch.empty())
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("{}: field 'path': expected touches as a>b>c, found '{}'", where,
                                columns.get(row, 0)));
      path.touches.emplace_back(touch);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (!columns.get(row, 1).empty()) path.value = read_number(columns.get(row, 1), where, "value");
    if (!columns.get(row, 2).empty()) path.count = read_whole(columns.get(row, 2), where, "count");
    paths.push_back(std::move(path));
  }
  return paths;
}

// Shapley's shares where touches together earn what the paths do that need no other.
economy::Attribution shapley(const std::vector<economy::Path>& paths, const std::vector<std::string>& touches,
                             int64_t orders) {
  std::map<std::string, size_t> place;
  for (size_t k = 0; k < touches.size(); ++k) place[touches[k]] = k;
  std::map<std::vector<size_t>, double> values;  // of the sets of touches that paths have
  for (const economy::Path& path : paths) {
    std::vector<size_t> set;
    for (const std::string& touch : path.touches) set.push_back(place[touch]);
    std::ranges::sort(set);
    set.erase(std::ranges::unique(set).begin(), set.end());
    values[set] += path.value;
  }
  const economy::CoalitionValue value = [&values](std::span<const uint8_t> members) {
    double all = 0;
    for (const auto& [set, one] : values) {
      if (std::ranges::all_of(set, [&](size_t k) { return members[k] != 0; })) all += one;
    }
    return all;
  };
  const auto players = static_cast<int64_t>(touches.size());
  return players <= kExactTouches ? economy::exact_shapley(players, value)
                                  : economy::sampled_shapley(players, value, {.orders = orders});
}

void run(const Settings& settings) {
  const std::vector<economy::Path> paths = read_paths(settings.file);
  const std::vector<economy::TouchShare> removal = economy::markov_removal(paths);
  std::vector<std::string> touches;
  for (const economy::TouchShare& one : removal) touches.push_back(one.touch);
  const economy::Attribution fair = shapley(paths, touches, settings.orders);
  Json json = Json::array();
  std::vector<std::vector<std::string>> rows = {
      {"touch", "Shapley", "error", "Markov removal", "lost without it"}};
  for (size_t k = 0; k < touches.size(); ++k) {
    json.push_back({{"touch", touches[k]},
                    {"shapley", fair.shares[k]},
                    {"error", fair.errors[k]},
                    {"markov", removal[k].share},
                    {"removal_effect", removal[k].removal_effect}});
    rows.push_back({touches[k], figure(fair.shares[k]), figure(fair.errors[k]), figure(removal[k].share),
                    figure(removal[k].removal_effect)});
  }
  apps::print(settings.json ? json.dump() + "\n" : text_table(rows, {1, 2, 3, 4}));
}

}  // namespace

void add_economy_attribute_command(CLI::App& economy) {
  CLI::App* command =
      economy.add_subcommand("attribute", "Who earned how much of what several touches made together");
  auto settings = std::make_shared<Settings>();
  command
      ->add_option("PATHS", settings->file,
                   "path (a>b>c, in order); value of its conversions, count of people")
      ->required()
      ->type_name("FILE");
  command->add_option("--orders", settings->orders, "Drawn for Shapley's shares above 12 touches")
      ->check(CLI::Range(2, 1000000))
      ->capture_default_str()
      ->type_name("N");
  command->add_flag("--json", settings->json, "One JSON array");
  command->footer("Example:\n  heed economy attribute paths.csv");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::cli
