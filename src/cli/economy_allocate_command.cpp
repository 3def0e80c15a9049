#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/console.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/threads.h"
#include "cli/economy_commands.h"
#include "cli/named_columns.h"
#include "cli/text_table.h"
#include "data/table.h"
#include "economy/allocator.h"
#include "economy/exact.h"
#include "economy/named_problem.h"
#include "economy/why.h"

namespace heed::cli {
namespace {

constexpr float kLeast = 1e-4F;  // an amount below is not shown

struct Settings {
  std::string people, pairs, limits, output;
  std::string solver = "auto";
  std::vector<std::string> why;
  double gap = 1e-3;
  int64_t threads = 0;
  bool whole = false, json = false;
};

economy::NamedProblem read(const Settings& settings) {
  economy::ProblemBuilder builder;
  const data::Table people = data::read_table(settings.people);
  const NamedColumns of_person(people, {"person"}, {"minutes", "slots", "notifications", "group", "quiet"});
  for (const data::Row& row : people.rows) {
    builder.add(economy::PersonRow{.person = of_person.get(row, 0),
                                   .minutes = of_person.get(row, 1),
                                   .slots = of_person.get(row, 2),
                                   .notifications = of_person.get(row, 3),
                                   .group = of_person.get(row, 4),
                                   .quiet = of_person.get(row, 5)},
                people.where(row));
  }
  const data::Table pairs = data::read_table(settings.pairs);
  const NamedColumns of_pair(pairs, {"person", "item", "cost", "value"}, {"source", "channel", "at"});
  for (const data::Row& row : pairs.rows) {
    builder.add(economy::PairRow{.person = of_pair.get(row, 0),
                                 .item = of_pair.get(row, 1),
                                 .cost = of_pair.get(row, 2),
                                 .value = of_pair.get(row, 3),
                                 .source = of_pair.get(row, 4),
                                 .channel = of_pair.get(row, 5),
                                 .at = of_pair.get(row, 6)},
                pairs.where(row));
  }
  if (settings.limits.empty()) return builder.build();
  const data::Table limits = data::read_table(settings.limits);
  const NamedColumns of_limit(limits, {"of", "name"}, {"unit", "at_least", "at_most"});
  for (const data::Row& row : limits.rows) {
    builder.add(economy::LimitRow{.of = of_limit.get(row, 0),
                                  .name = of_limit.get(row, 1),
                                  .unit = of_limit.get(row, 2),
                                  .at_least = of_limit.get(row, 3),
                                  .at_most = of_limit.get(row, 4)},
                limits.where(row));
  }
  return builder.build();
}

struct Answer {
  economy::Allocation parts, chosen;  // the same where parts are asked for
  std::string solver;
};

constexpr uint64_t kExactPairs = 20'000;  // CLP takes less than a second

Answer solve(const Settings& settings, const economy::Problem& problem) {
  const bool exact =
      settings.solver == "exact" || (settings.solver == "auto" && problem.pairs() <= kExactPairs);
  Answer answer{.parts = {}, .chosen = {}, .solver = exact ? "exact" : "dual"};
  economy::Allocator allocator(problem,
                               {.gap = settings.gap, .parallel = on_threads(thread_count(settings.threads))});
  answer.parts = exact ? economy::solve_exactly(problem) : allocator.solve();
  answer.chosen = settings.whole ? allocator.whole(answer.parts) : answer.parts;
  return answer;
}

Json choices(const economy::NamedProblem& named, const economy::Allocation& allocation) {
  Json all = Json::array();
  const economy::Problem& problem = named.problem;
  for (uint64_t i = 0; i < problem.people(); ++i) {
    for (uint64_t p = problem.begins[i]; p < problem.begins[i + 1]; ++p) {
      if (allocation.amounts[p] < kLeast) continue;
      all.push_back({{"person", named.people[i]},
                     {"item", named.items[problem.items[p]]},
                     {"amount", rounded(allocation.amounts[p])},
                     {"minutes", rounded(allocation.amounts[p] * problem.costs[p])},
                     {"value", rounded(allocation.amounts[p] * problem.values[p])}});
    }
  }
  return all;
}

Json prices(const economy::NamedProblem& named, const economy::Allocation& allocation) {
  Json limits = Json::array(), people = Json::array();
  for (size_t r = 0; r < named.problem.limits.size(); ++r) {
    const economy::Limit& limit = named.problem.limits[r];
    Json one = {{"limit", name_of(limit)},
                {"unit", to_string(limit.unit)},
                {"used", rounded(allocation.limit_use[r])}};
    if (limit.at_least > 0) one["at_least"] = limit.at_least;
    if (std::isfinite(limit.at_most)) one["at_most"] = limit.at_most;
    one["price"] = allocation.limit_prices[r];
    limits.push_back(one);
  }
  for (size_t i = 0; i < named.people.size(); ++i) {
    const economy::Budgets& price = allocation.people_prices[i];
    Json one = {{"person", named.people[i]}};
    if (!named.problem.minutes.empty()) one["minute"] = price.minutes;
    if (!named.problem.slots.empty()) one["slot"] = price.slots;
    if (!named.problem.notifications.empty()) one["notification"] = price.notifications;
    people.push_back(one);
  }
  return {{"limits", limits}, {"people", people}};
}

Json to_json(const economy::NamedProblem& named, const Answer& answer) {
  Json excluded = Json::array();
  for (const economy::Excluded& one : named.excluded)
    excluded.push_back({{"person", one.person}, {"item", one.item}, {"reason", one.reason}});
  return {{"solver", answer.solver},
          {"value", answer.chosen.value},
          {"bound", answer.parts.bound},
          {"gap", answer.parts.gap()},
          {"rounding_loss", 1 - answer.chosen.value / std::max(answer.parts.value, 1e-30)},
          {"infeasibility", answer.chosen.infeasibility},
          {"prices", prices(named, answer.parts)},
          {"choices", choices(named, answer.chosen)},
          {"excluded", excluded}};
}

data::Table to_table(const Json& choices, const std::string& file) {
  data::Table table{.columns = {"person", "item", "amount", "minutes", "value"}, .rows = {}, .files = {file}};
  for (const Json& one : choices) {
    data::Row row;
    for (const std::string& column : table.columns)
      row.fields.push_back(one[column].is_string() ? one[column].get<std::string>() : one[column].dump());
    table.rows.push_back(std::move(row));
  }
  return table;
}

// The limits that bind, the dearest first, and what a minute of people is worth.
std::string report(const economy::NamedProblem& named, const Answer& answer) {
  const economy::Allocation& parts = answer.parts;
  std::string text = fmt::format(
      "{} people, {} pairs, {} excluded; solved by {}\nvalue {:.6g}, bound {:.6g}, gap {:.3f} %\n",
      named.people.size(), named.problem.pairs(), named.excluded.size(),
      answer.solver == "exact" ? "CLP" : "prices", answer.chosen.value, parts.bound, 100 * parts.gap());
  if (answer.chosen.amounts != parts.amounts)
    text +=
        fmt::format("whole choices: {:.2f} % below parts\n", 100 * (1 - answer.chosen.value / parts.value));
  std::vector<size_t> order;
  for (size_t r = 0; r < named.problem.limits.size(); ++r) {
    if (std::abs(parts.limit_prices[r]) > 1e-6) order.push_back(r);
  }
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](size_t r) { return std::abs(parts.limit_prices[r]); });
  std::vector<std::vector<std::string>> rows = {{"binding", "used", "one more is worth"}};
  for (size_t k = 0; k < order.size() && k < 20; ++k) {
    const economy::Limit& limit = named.problem.limits[order[k]];
    rows.push_back({fmt::format("{} ({} {} {:g})", name_of(limit), to_string(limit.unit),
                                parts.limit_prices[order[k]] > 0 ? "at most" : "at least",
                                parts.limit_prices[order[k]] > 0 ? limit.at_most : limit.at_least),
                    figure(parts.limit_use[order[k]]), figure(parts.limit_prices[order[k]])});
  }
  if (rows.size() > 1) text += text_table(rows, {1, 2});
  double minutes = 0;
  uint64_t bound = 0;
  for (const economy::Budgets& price : parts.people_prices) {
    minutes += price.minutes;
    bound += price.minutes > 0 ? 1 : 0;
  }
  return text + fmt::format("minutes bind for {} people; one more is worth {:.4g} on average\n", bound,
                            bound > 0 ? minutes / static_cast<double>(bound) : 0);
}

void run(const Settings& settings) {
  if (!settings.output.empty()) {
    check_can_write(settings.output);
    if (std::filesystem::path(settings.output).extension() != ".json")
      data::check_writable_format(settings.output);
  }
  const economy::NamedProblem named = read(settings);
  const Answer answer = solve(settings, named.problem);
  if (!settings.output.empty()) {
    if (std::filesystem::path(settings.output).extension() == ".json") {
      write_file_atomically(settings.output, to_json(named, answer).dump(2) + "\n");
    } else {
      data::write_table(settings.output, to_table(choices(named, answer.chosen), settings.output));
    }
  }
  if (!settings.why.empty()) {
    economy::Allocation shown = answer.parts;
    shown.amounts = answer.chosen.amounts;
    for (const economy::Why& one : economy::why(named, shown, settings.why[0], settings.why[1]))
      apps::print(settings.json ? economy::to_json(one).dump() + "\n" : one.text() + "\n");
    return;
  }
  apps::print(settings.json ? to_json(named, answer).dump() + "\n" : report(named, answer));
}

}  // namespace

void add_economy_allocate_command(CLI::App& economy) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command =
      economy.add_subcommand("allocate", "Choose what each person gets, so that value is greatest");
  command->add_option("PEOPLE", settings->people, "person[, minutes, slots, notifications, group, quiet]")
      ->required()
      ->type_name("FILE");
  command->add_option("PAIRS", settings->pairs, "person, item, cost, value[, source, channel, at]")
      ->required()
      ->type_name("FILE");
  command->add_option("--limits", settings->limits, "of, name[, unit, at_least, at_most]")->type_name("FILE");
  command
      ->add_option("--output", settings->output,
                   "Write the choices: .csv, .tsv, .jsonl, or all of it as .json")
      ->type_name("FILE");
  command->add_flag("--whole", settings->whole, "Whole choices, no parts");
  command
      ->add_option("--solver", settings->solver, "exact: CLP; dual: by prices, for any size; auto: by size")
      ->check(CLI::IsMember({"auto", "exact", "dual"}))
      ->capture_default_str();
  command->add_option("--gap", settings->gap, "How near to the bound --solver dual must come")
      ->check(CLI::Range(1e-6, 1.0))
      ->capture_default_str()
      ->type_name("X");
  command->add_option("--threads", settings->threads, "0: as many as the machine has cores")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--why", settings->why, "Why this pair was chosen or not: PERSON ITEM")->expected(2);
  command->add_flag("--json", settings->json, "One JSON object");
  command->footer(
      "Minutes, slots and notifications are what a person has; an empty field has no end. quiet: "
      "22:00-07:00, when "
      "pairs of that time (at) are not chosen.\n"
      "value: 3, or 3|2|1 for the first, second and third time. channel notification takes one "
      "notification.\n"
      "Limits are of an item, a source or a group, in times or minutes.\n\n"
      "Examples:\n"
      "  heed economy allocate people.csv pairs.csv --limits limits.csv --whole --output choices.csv\n"
      "  heed economy allocate people.csv pairs.csv --why anna course");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::cli
