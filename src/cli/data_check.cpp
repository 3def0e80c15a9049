#include <algorithm>
#include <cstdio>
#include <memory>

#include "base/json.h"
#include "cli/data_commands.h"
#include "cli/data_input.h"
#include "data/column_roles.h"
#include "data/split.h"

namespace heed::cli {
namespace {

struct Settings {
  DataInput input;
  std::vector<std::string> held_out;
  bool json = false;
};

struct Leaks {
  std::string text;  // lines for a person
  size_t rows = 0;   // held-out rows that stand in the training rows too
};

// As training sees it: a translation leaks with its target, a text by itself.
Leaks find_leaks(const data::Table& train, const data::Table& held_out, const data::ReportOptions& roles) {
  std::vector<std::string> keys = {roles.text_column};
  if (!roles.target_column.empty()) keys.push_back(roles.target_column);
  const auto pairs = data::find_leaks(train, held_out, keys);
  std::vector<bool> leaked(held_out.rows.size());
  for (const auto& leak : pairs) leaked[leak.second] = true;
  Leaks leaks{.text = "leaks: none of " + std::to_string(held_out.rows.size()) + " held-out rows\n",
              .rows = static_cast<size_t>(std::count(leaked.begin(), leaked.end(), true))};
  if (leaks.rows > 0) leaks.text = "leaks: " + data::describe_leaks(train, held_out, pairs) + "\n";
  if (roles.target_column.empty()) return leaks;
  const std::string shared =
      data::describe_shared_sources(train, held_out, roles.text_column, roles.target_column);
  if (!shared.empty()) leaks.text += "note: " + shared + "\n";
  return leaks;
}

void run(Settings& settings) {
  const data::Table table = settings.input.read();
  const data::ReportOptions& roles = settings.input.roles;
  const data::Report report = data::make_report(table, roles);
  Leaks leaks;
  if (!settings.held_out.empty()) {
    leaks = find_leaks(table, settings.input.read_more(settings.held_out), roles);
  }
  settings.input.say_columns();
  if (!settings.json) {
    std::fputs((data::to_text(report) + leaks.text).c_str(), stdout);
    return;
  }
  Json json = data::to_json(report);
  json["columns"] = {
      {"text", roles.text_column}, {"target", roles.target_column}, {"labels", roles.label_columns}};
  if (!settings.held_out.empty()) json["leaked_held_out_rows"] = leaks.rows;
  std::puts(json.dump(2).c_str());
}

}  // namespace

void add_data_check_command(CLI::App& data) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = data.add_subcommand("check", "Report what a corpus holds and what is wrong with it");
  settings->input.declare(*command);
  command
      ->add_option("--held-out", settings->held_out,
                   "Also find the rows of these files that stand in FILE too")
      ->type_name("FILE");
  command->add_flag("--json", settings->json, "The report as one JSON object");
  command->footer(
      "Examples:\n"
      "  heed data check train.csv --held-out test.csv\n"
      "  heed data check train.en train.de --aligned\n"
      "  heed data check reviews.tsv --format tsv --columns label,text --json");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::cli
