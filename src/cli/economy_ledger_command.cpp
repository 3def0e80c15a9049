#include <array>
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
#include "economy/ledger.h"
#include "economy/review_log.h"

namespace heed::cli {
namespace {

constexpr size_t kPostingsAtOnce = 2000;

struct Settings {
  std::string store, tenant, by = "day", since, until, format = "csv", file, person;
  bool json = false;
};

void statement(const Settings& settings) {
  const auto ledger = economy::open_ledger(settings.store);
  economy::StatementQuery query{.by = economy::statement_key(settings.by)};
  if (!settings.tenant.empty()) query.tenant = settings.tenant;
  if (!settings.since.empty()) query.since_us = economy::parse_time(settings.since, "--since");
  if (!settings.until.empty()) query.until_us = economy::parse_time(settings.until, "--until");
  Json json = Json::array();
  std::vector<std::vector<std::string>> rows = {{settings.by, "acquired", "allocated", "retained", "lost"}};
  for (const economy::StatementLine& line : ledger->statement(query)) {
    const auto minutes = [](int64_t milliseconds) { return static_cast<double>(milliseconds) / 60'000; };
    json.push_back({{settings.by, line.key},
                    {"acquired", minutes(line.acquired)},
                    {"allocated", minutes(line.allocated)},
                    {"retained", minutes(line.retained)},
                    {"lost", minutes(line.lost)}});
    rows.push_back({line.key, figure(minutes(line.acquired)), figure(minutes(line.allocated)),
                    figure(minutes(line.retained)), figure(minutes(line.lost))});
  }
  apps::print(settings.json ? json.dump() + "\n" : text_table(rows, {1, 2, 3, 4}) + "in minutes\n");
}

void export_all(const Settings& settings) {
  const auto ledger = economy::open_ledger(settings.store);
  if (settings.format == "prometheus") return apps::print(economy::to_prometheus(*ledger));
  economy::write_csv(*ledger, [](std::string_view line) { apps::print(line); });
}

economy::Stage stage_of(const std::string& name, const std::string& where, const char* field) {
  for (size_t k = 0; k < economy::kStages; ++k) {
    const auto stage = static_cast<economy::Stage>(k);
    if (name == economy::to_string(stage)) return stage;
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}: field '{}': expected world, acquired, allocated, retained or lost, found '{}'",
                          where, field, name));
}

void post(const Settings& settings) {
  const data::Table table = data::read_table(settings.file);
  const NamedColumns columns(table, {"posting_id", "ts", "tenant", "person", "from", "to", "milliseconds"},
                             {"group", "source", "task", "note"});
  const auto ledger = economy::open_ledger(settings.store);
  std::vector<economy::Posting> waiting;
  int64_t added = 0, known = 0;
  const auto send = [&] {
    for (const bool is_new : ledger->post(waiting)) (is_new ? added : known) += 1;
    waiting.clear();
  };
  for (const data::Row& row : table.rows) {
    const std::string where = table.where(row), &ts = columns.get(row, 1);
    const bool digits =
        !ts.empty() && ts.find_first_not_of("0123456789") == std::string::npos && ts.size() > 8;
    waiting.push_back({.id = columns.get(row, 0),
                       .tenant = columns.get(row, 2),
                       .person = columns.get(row, 3),
                       .group = columns.get(row, 7),
                       .source = columns.get(row, 8),
                       .task = columns.get(row, 9),
                       .from = stage_of(columns.get(row, 4), where, "from"),
                       .to = stage_of(columns.get(row, 5), where, "to"),
                       .milliseconds = read_whole(columns.get(row, 6), where, "milliseconds"),
                       .ts_us = digits ? read_whole(ts, where, "ts") : economy::parse_time(ts, where),
                       .note = columns.get(row, 10)});
    if (waiting.size() == kPostingsAtOnce) send();
  }
  if (!waiting.empty()) send();
  apps::print(Json({{"posted", added}, {"known", known}}).dump() + "\n");
}

void audit(const Settings& settings) {
  const economy::Audit audit = economy::open_ledger(settings.store)->audit();
  for (const std::string& fault : audit.faults) apps::print(fault + "\n");
  if (!audit.faults.empty())
    throw Error(ErrorCode::corrupt_data,
                fmt::format("ledger: expected books that balance, found {} faults in {} postings",
                            audit.faults.size(), audit.postings));
  apps::print(fmt::format("{} postings balance\n", audit.postings));
}

void forget(const Settings& settings) {
  const auto ledger = economy::open_ledger(settings.store);
  apps::print(Json({{"forgotten", ledger->forget(settings.tenant, settings.person)}}).dump() + "\n");
}

CLI::App* add(CLI::App& ledger, const char* name, const char* help, const std::shared_ptr<Settings>& settings,
              void (*run)(const Settings&)) {
  CLI::App* command = ledger.add_subcommand(name, help);
  command
      ->add_option("--store", settings->store,
                   "The event log's: sqlite:PATH, PATH or postgresql://USER@HOST/NAME")
      ->required()
      ->type_name("URL");
  command->callback([settings, run] { run(*settings); });
  return command;
}

}  // namespace

void add_economy_ledger_command(CLI::App& economy) {
  CLI::App* ledger = economy.add_subcommand("ledger", "What became of attention: the double-entry record");
  ledger->require_subcommand(1);
  ledger->footer("Example:\n  heed economy ledger statement --store events.db --by source");
  auto settings = std::make_shared<Settings>();
  CLI::App* shown =
      add(*ledger, "statement", "Minutes acquired, allocated, retained and lost", settings, statement);
  shown->add_option("--by", settings->by, "day, source, task or group")
      ->check(CLI::IsMember({"day", "source", "task", "group"}))
      ->capture_default_str()
      ->type_name("KEY");
  shown->add_option("--tenant", settings->tenant, "Of this one alone")->type_name("NAME");
  shown->add_option("--since", settings->since, "From then on")->type_name("TIME");
  shown->add_option("--until", settings->until, "Before")->type_name("TIME");
  shown->add_flag("--json", settings->json, "One JSON array");
  CLI::App* exporter =
      add(*ledger, "export", "Every posting as CSV, or sums for Prometheus", settings, export_all);
  exporter->add_option("--format", settings->format, "csv or prometheus")
      ->check(CLI::IsMember({"csv", "prometheus"}))
      ->capture_default_str()
      ->type_name("F");
  CLI::App* poster =
      add(*ledger, "post", "Record postings; those that are known already change nothing", settings, post);
  poster->add_option("POSTINGS", settings->file, "As export writes them")->required()->type_name("FILE.csv");
  add(*ledger, "audit", "Add everything up again", settings, audit);
  CLI::App* forgetter = add(*ledger, "forget", "Take a person's name out; the sums stay", settings, forget);
  forgetter->add_option("--person", settings->person, "Who")->required()->type_name("ID");
  forgetter->add_option("--tenant", settings->tenant, "Of this tenant; else of the only one")
      ->type_name("NAME");
}

}  // namespace heed::cli
