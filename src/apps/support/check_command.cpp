#include <limits>
#include <memory>

#include "apps/console.h"
#include "apps/support/commands.h"
#include "apps/support/data_report.h"
#include "apps/support/dataset.h"
#include "base/error.h"
#include "base/threads.h"

namespace heed::apps::support {
namespace {

struct Settings {
  std::vector<std::string> paths;
  ReadDatasetOptions columns;
  DataReportOptions report;
  bool json = false, all = false;
};

void run(Settings settings) {
  const Dataset dataset = read_dataset(settings.paths, settings.columns);
  settings.report.threads = thread_count(0);
  const DataReport report = make_report(dataset, settings.report);
  print(settings.json ? to_json(report, dataset).dump(2) + "\n"
                      : to_text(report, dataset, settings.all ? std::numeric_limits<size_t>::max() : 10));
  if (report.contradictions.empty()) return;
  flush_output();
  throw Error(ErrorCode::corrupt_data,
              "contradictory labels: " + std::to_string(report.contradictions.size()) +
                  " texts have several intents; keep one of each");
}

}  // namespace

void add_check_command(CLI::App& support) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command =
      support.add_subcommand("check", "Report what is wrong with training data, before training");
  command
      ->add_option("PATH", settings->paths,
                   "Files or folders, as import takes them; or a folder that import wrote")
      ->required();
  add_column_options(*command, settings->columns);
  command->add_option("--min-examples", settings->report.min_examples, "An intent with fewer is small")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str()
      ->type_name("N");
  command
      ->add_option("--similarity", settings->report.similarity,
                   "Near-duplicates: shared character 3-grams of all, at least")
      ->check(CLI::Range(0.3, 1.0))
      ->capture_default_str()
      ->type_name("X");
  command
      ->add_option("--folds", settings->report.folds,
                   "Of the cross-validation that finds wrong labels; 0: none")
      ->check(CLI::Range(0, 20))
      ->capture_default_str()
      ->type_name("N");
  command->add_flag("--all", settings->all, "Every case, not the first ten of each kind");
  command->add_flag("--json", settings->json, "The report as one JSON object, with every case");
  command->footer(
      "Examples:\n"
      "  heed support check questions.csv --intent category\n"
      "  heed support check shop --json\n\n"
      "Leaves with status 4 where one text has two intents.");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::apps::support
