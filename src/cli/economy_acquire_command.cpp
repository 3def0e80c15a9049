#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/console.h"
#include "base/error.h"
#include "base/files.h"
#include "cli/economy_commands.h"
#include "cli/named_columns.h"
#include "cli/number_field.h"
#include "cli/text_table.h"
#include "data/table.h"
#include "economy/acquisition.h"
#include "economy/uplift.h"

namespace heed::cli {
namespace {

struct Settings {
  std::string file, output;
  double held_out = 0.2;
};

struct Impressions {
  economy::ImpressionLog log;
  std::vector<uint8_t> treated;  // of rows in the order of the file; empty: no such column
  std::vector<double> propensities, outcomes;
};

Impressions read_impressions(const std::string& file) {
  const data::Table table = data::read_table(file);
  const NamedColumns columns(table, {"person", "item", "position", "time", "attended"},
                             {"text", "treated", "propensity"});
  Impressions read;
  for (const data::Row& row : table.rows) {
    const std::string where = table.where(row);
    const bool attended = read_flag(columns.get(row, 4), where, "attended");
    read.log.add(columns.get(row, 0), columns.get(row, 1), columns.get(row, 5),
                 read_whole(columns.get(row, 2), where, "position"), columns.get(row, 3), attended, where);
    if (columns.get(row, 6).empty()) continue;
    read.treated.push_back(read_flag(columns.get(row, 6), where, "treated") ? 1 : 0);
    read.propensities.push_back(
        columns.get(row, 7).empty() ? 0.5 : read_number(columns.get(row, 7), where, "propensity"));
    read.outcomes.push_back(attended ? 1 : 0);
  }
  if (!read.treated.empty() && read.treated.size() != table.rows.size())
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: field 'treated': expected it in every row or in none, found {} of {}", file,
                            read.treated.size(), table.rows.size()));
  read.log.sort();
  return read;
}

// What attention was won beyond what would have been given anyway.
void print_uplift(const Impressions& read) {
  if (read.treated.empty()) return;
  const std::vector<double> features(read.treated.size(), 0);  // the mean alone is asked for
  const economy::MeanEffect effect = economy::mean_effect({.features = features,
                                                           .treated = read.treated,
                                                           .outcomes = read.outcomes,
                                                           .propensities = read.propensities,
                                                           .width = 1});
  apps::print(fmt::format("treated against not: {} more attended an impression, 95 % {} to {}\n",
                          figure(effect.value), figure(effect.value - 1.96 * effect.error),
                          figure(effect.value + 1.96 * effect.error)));
}

void run(const Settings& settings) {
  if (!settings.output.empty()) check_can_write(settings.output);
  const Impressions read = read_impressions(settings.file);
  const economy::ImpressionLog& log = read.log;
  const size_t end = log.impressions().size();
  const auto split = static_cast<size_t>(static_cast<double>(end) * (1 - settings.held_out));
  const economy::AcquisitionModel model = economy::fit_acquisition(log, split);
  std::vector<std::vector<std::string>> places = {{"position", "looked at"}};
  for (size_t k = 0; k < model.examination.examination.size(); ++k)
    places.push_back({std::to_string(k), figure(model.examination.examination[k])});
  apps::print(text_table(places, {0, 1}));
  if (split < end) {
    const economy::AcquisitionFigures figures = economy::acquisition_figures(model, log, split, end);
    apps::print(fmt::format("of the last {} impressions; log loss:\n", figures.impressions));
    apps::print(text_table({{"one share", figure(figures.by_share)},
                            {"place and item", figure(figures.by_place_and_item)},
                            {"attention", figure(figures.log_loss)}},
                           {1}));
    apps::print(fmt::format("attended {}, predicted {}, calibration error {}\n", figure(figures.attended),
                            figure(figures.predicted), figure(figures.calibration_error)));
  }
  print_uplift(read);
  if (settings.output.empty()) return;
  const std::vector<economy::HistoryExample> moments = economy::attraction_examples(log, split, end);
  std::string csv = "person,item,position,chance,chance_first\n";
  for (size_t k = split; k < end; ++k) {
    const economy::Impression& one = log.impressions()[k];
    csv +=
        fmt::format("{},{},{},{:.5f},{:.5f}\n", log.people()[one.person], log.items()[one.item], one.position,
                    model.chance(moments[k - split], one.position), model.chance(moments[k - split], 0));
  }
  write_file_atomically(settings.output, csv);
}

}  // namespace

void add_economy_acquire_command(CLI::App& economy) {
  CLI::App* command = economy.add_subcommand("acquire", "How likely a person attends to an item in a place");
  auto settings = std::make_shared<Settings>();
  command
      ->add_option("IMPRESSIONS", settings->file,
                   "person, item, position (from 0), time, attended (0, 1); text; treated, propensity")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--held-out", settings->held_out,
                   "Part of the impressions, the last ones, that only measures")
      ->check(CLI::Range(0.0, 0.9))
      ->capture_default_str()
      ->type_name("X");
  command
      ->add_option("--output", settings->output, "Write the chances of those: where they stood, and if first")
      ->type_name("FILE.csv");
  command->footer("Example:\n  heed economy acquire impressions.csv --output chances.csv");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::cli
