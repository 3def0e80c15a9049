#include <memory>
#include <string>

#include "apps/console.h"
#include "base/files.h"
#include "cli/report_page.h"
#include "cli/run_search.h"
#include "cli/runs_commands.h"

namespace heed::cli {
namespace {

struct ReportSettings {
  std::string run, output = "report.html", language = "en";
};

void report(const ReportSettings& settings) {
  check_can_write(settings.output);
  const Run run = read_run(find_run(settings.run));
  const Words words{.chinese = settings.language == "zh"};
  write_file_atomically(settings.output, report_page(run, read_predictions(run.folder), words));
  if (!run.note.empty()) apps::print_report("heed: " + run.note + "\n");
  apps::print_report("wrote " + settings.output + "\n");
}

}  // namespace

void add_runs_report_command(CLI::App& runs) {
  const auto settings = std::make_shared<ReportSettings>();
  CLI::App* command = runs.add_subcommand("report", "One HTML page of a run: curves, errors, recipe");
  command->add_option("RUN", settings->run, "Model (its current version), NAME/3, or an unfinished NAME.run")
      ->required();
  command->add_option("-o,--output", settings->output, "The page, complete in itself")
      ->capture_default_str()
      ->type_name("FILE");
  command->add_option("--lang", settings->language, "Language of the page: en or zh")
      ->check(CLI::IsMember({"en", "zh"}).description(""))
      ->capture_default_str()
      ->type_name("NAME");
  command->footer(
      "Examples:\n  heed runs report models/bank\n  heed runs report models/bank --lang zh -o bank.html");
  command->callback([settings] { report(*settings); });
}

}  // namespace heed::cli
