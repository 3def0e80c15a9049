#include <memory>
#include <optional>
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
#include "economy/acquisition_uplift.h"

namespace heed::cli {
namespace {

struct Settings {
  std::string file, output;
  double held_out = 0.2;
};

economy::ImpressionLog read_impressions(const std::string& file) {
  const data::Table table = data::read_table(file);
  const NamedColumns columns(table, {"person", "item", "position", "time", "attended"},
                             {"text", "treated", "propensity"});
  economy::ImpressionLog log;
  size_t with_treatment = 0;
  for (const data::Row& row : table.rows) {
    const std::string where = table.where(row);
    std::optional<economy::Treatment> treatment;
    if (!columns.get(row, 6).empty()) {
      treatment = {.treated = read_flag(columns.get(row, 6), where, "treated")};
      if (!columns.get(row, 7).empty())
        treatment->propensity = read_number(columns.get(row, 7), where, "propensity");
      ++with_treatment;
    }
    log.add(columns.get(row, 0), columns.get(row, 1), columns.get(row, 5),
            read_whole(columns.get(row, 2), where, "position"), columns.get(row, 3),
            read_flag(columns.get(row, 4), where, "attended"), where, treatment);
  }
  if (with_treatment > 0 && with_treatment != table.rows.size())
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: field 'treated': expected it in every row or in none, found {} of {}", file,
                            with_treatment, table.rows.size()));
  log.sort();
  return log;
}

// What attention was won beyond what would have been given anyway: of each impression [split, end).
std::vector<double> find_uplifts(const economy::AcquisitionModel& model, const economy::ImpressionLog& log,
                                 size_t split) {
  const size_t end = log.impressions().size();
  if (!log.impressions().front().treatment) return {};
  const economy::AcquisitionUplift uplift = economy::fit_acquisition_uplift(model, log, split);
  apps::print(fmt::format("treated against not: {} more attended an impression, 95 % {} to {}\n",
                          figure(uplift.mean.value), figure(uplift.mean.value - 1.96 * uplift.mean.error),
                          figure(uplift.mean.value + 1.96 * uplift.mean.error)));
  const std::vector<double> features = economy::uplift_features(model, log, split, end);
  std::vector<double> uplifts;
  for (size_t k = 0; k < end - split; ++k)
    uplifts.push_back(uplift.model.predict(
        std::span(features).subspan(k * economy::kUpliftFeatures, economy::kUpliftFeatures)));
  if (split < end)
    apps::print(fmt::format("treated by falling uplift: Qini {} of those held out (0: as by chance)\n",
                            figure(economy::acquisition_qini(log, uplifts, split, end))));
  return uplifts;
}

void run(const Settings& settings) {
  if (!settings.output.empty()) check_can_write(settings.output);
  const economy::ImpressionLog log = read_impressions(settings.file);
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
  const std::vector<double> uplifts = find_uplifts(model, log, split);
  if (settings.output.empty()) return;
  const std::vector<economy::HistoryExample> moments = economy::attraction_examples(log, split, end);
  std::string csv = "person,item,position,chance,chance_first";
  csv += uplifts.empty() ? "\n" : ",uplift\n";
  for (size_t k = split; k < end; ++k) {
    const economy::Impression& one = log.impressions()[k];
    csv +=
        fmt::format("{},{},{},{:.5f},{:.5f}", log.people()[one.person], log.items()[one.item], one.position,
                    model.chance(moments[k - split], one.position), model.chance(moments[k - split], 0));
    csv += uplifts.empty() ? "\n" : fmt::format(",{:.5f}\n", uplifts[k - split]);
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
      ->add_option("--output", settings->output,
                   "Write the chances of those: where they stood, and if first; what treatment adds")
      ->type_name("FILE.csv");
  command->footer("Example:\n  heed economy acquire impressions.csv --output chances.csv");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::cli
