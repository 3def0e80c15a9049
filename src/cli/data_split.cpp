#include <cstdio>
#include <memory>

#include "base/error.h"
#include "cli/data_commands.h"
#include "cli/data_input.h"
#include "data/row_key.h"
#include "data/split.h"

namespace heed::cli {
namespace {

struct Settings {
  DataInput input;
  DataOutput output;
  std::vector<std::string> train, held_out;
  double share = 0.1;
  uint64_t seed = 1;
};

void run(Settings& settings) {
  check_targets(settings.input, settings.train);
  check_targets(settings.input, settings.held_out);
  std::vector<std::string> outputs = settings.train;
  outputs.insert(outputs.end(), settings.held_out.begin(), settings.held_out.end());
  settings.output.check(outputs);
  const data::Table table = settings.input.read();
  const data::ReportOptions& roles = settings.input.roles;
  const std::string label = roles.label_columns.empty() ? "" : roles.label_columns[0];
  const uint64_t seed =
      data::hash_text("heed data split", settings.seed);  // training draws with its own seed
  const auto [train, held_out] = data::split_off(table, settings.share, {roles.text_column}, label, seed);
  if (train.rows.empty() || held_out.rows.empty()) {
    throw Error(
        ErrorCode::invalid_argument,
        table.files.front() + ": expected rows for both sides, found " + std::to_string(train.rows.size()) +
            " to train on and " + std::to_string(held_out.rows.size()) +
            " to hold out: equal texts stay together, and every label keeps a row in training; add rows");
  }
  write_data(settings.input, settings.train, train);
  write_data(settings.input, settings.held_out, held_out);
  settings.input.say_columns();
  std::printf("training rows: %zu\nheld-out rows: %zu (%.1f%%)\n", train.rows.size(), held_out.rows.size(),
              100.0 * static_cast<double>(held_out.rows.size()) / static_cast<double>(table.rows.size()));
}

}  // namespace

void add_data_split_command(CLI::App& data) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command =
      data.add_subcommand("split", "Split a corpus into training and held-out rows, without leaks");
  settings->input.declare(*command);
  settings->output.declare(*command);
  command
      ->add_option("--train", settings->train,
                   "File for the training rows; with --aligned one for each of FILE")
      ->required()
      ->type_name("FILE");
  command->add_option("--held-out", settings->held_out, "File for the held-out rows, likewise")
      ->required()
      ->type_name("FILE");
  command->add_option("--share", settings->share, "Part of the rows to hold out")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str()
      ->type_name("X");
  command->add_option("--seed", settings->seed, "Another seed holds out other rows")
      ->capture_default_str()
      ->type_name("N");
  command->footer(
      "Rows with equal text stay on one side, and every label keeps a row in training. What one split left\n"
      "is split again with another --seed.\n\n"
      "Example:\n"
      "  heed data split all.csv --share 0.1 --train train.csv --held-out test.csv --seed 1");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::cli
