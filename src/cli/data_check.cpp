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

std::string leak_line(const data::Table& train, const data::Table& held_out, const std::string& text_column,
                      size_t& count) {
  const auto leaks = data::find_leaks(train, held_out, {text_column});
  std::vector<bool> leaked(held_out.rows.size());
  for (const auto& leak : leaks) leaked[leak.second] = true;
  count = static_cast<size_t>(std::count(leaked.begin(), leaked.end(), true));
  return count == 0 ? "leaks: none of " + std::to_string(held_out.rows.size()) + " held-out rows"
                    : "leaks: " + data::describe_leaks(train, held_out, leaks);
}

void run(Settings& settings) {
  const data::Table table = settings.input.read();
  const data::ReportOptions& roles = settings.input.roles;
  const data::Report report = data::make_report(table, roles);
  std::string leaks;
  size_t leak_count = 0;
  if (!settings.held_out.empty()) {
    leaks = leak_line(table, settings.input.read_more(settings.held_out), roles.text_column, leak_count);
  }
  if (!settings.json) {
    std::fputs((data::to_text(report) + leaks + (leaks.empty() ? "" : "\n")).c_str(), stdout);
    return;
  }
  Json json = data::to_json(report);
  json["columns"] = {
      {"text", roles.text_column}, {"target", roles.target_column}, {"labels", roles.label_columns}};
  if (!settings.held_out.empty()) json["leaked_held_out_rows"] = leak_count;
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
