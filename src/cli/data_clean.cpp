#include <cstdio>
#include <memory>

#include "base/files.h"
#include "cli/data_commands.h"
#include "cli/data_input.h"
#include "data/clean.h"

namespace heed::cli {
namespace {

struct Settings {
  DataInput input;
  DataOutput output;
  std::vector<std::string> to;
  std::string removed;
  data::CleanOptions clean;
};

std::string removed_lines(const data::CleanResult& result) {
  std::string lines;
  for (const data::RemovedRow& row : result.removed) lines += row.where + "\t" + row.reason + "\n";
  return lines;
}

void run(Settings& settings) {
  check_targets(settings.input, settings.to);
  std::vector<std::string> outputs = settings.to;
  if (!settings.removed.empty()) outputs.push_back(settings.removed);
  settings.output.check(outputs);
  data::Table table = settings.input.read();
  const size_t before = table.rows.size();
  settings.clean.report = settings.input.roles;
  const data::CleanResult result = data::clean(table, settings.clean);
  write_data(settings.input, settings.to, table);
  if (!settings.removed.empty()) write_file_atomically(settings.removed, removed_lines(result));

  settings.input.say_columns();
  std::printf("kept %zu of %zu rows\n", table.rows.size(), before);
  for (const auto& [reason, count] : result.counts) {
    std::printf("removed %s: %lld\n", reason.c_str(), static_cast<long long>(count));
  }
}

}  // namespace

void add_data_clean_command(CLI::App& data) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = data.add_subcommand("clean", "Write a corpus without the rows that would harm a model");
  settings->input.declare(*command);
  settings->output.declare(*command);
  command->add_option("-o,--output", settings->to, "File to write; with --aligned one for each of FILE")
      ->required()
      ->type_name("FILE");
  command->add_option("--removed", settings->removed, "List the removed rows here: place, tab, reason")
      ->type_name("FILE");
  data::CleanOptions& clean = settings->clean;
  command->add_flag("!--keep-duplicates", clean.duplicates, "Keep rows equal to an earlier one");
  command->add_flag("!--keep-empty", clean.empty, "Keep rows without text, translation or label");
  command->add_flag("!--keep-ratio", clean.length_ratio, "Keep translations of an odd length");
  command->add_flag("!--keep-long", clean.too_long, "Keep texts over --max-characters");
  command->add_flag("--near-duplicates", clean.near_duplicates,
                    "Remove rows that are much like an earlier one");
  command->add_flag("--wrong-script", clean.wrong_script, "Remove rows in another script than most");
  command->add_flag("--conflicting-labels", clean.conflicting_labels,
                    "Remove texts that have different labels");
  command->footer(
      "Examples:\n"
      "  heed data clean train.csv -o clean.csv --conflicting-labels --removed removed.tsv\n"
      "  heed data clean train.en train.zh --aligned -o clean.en -o clean.zh --wrong-script");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::cli
