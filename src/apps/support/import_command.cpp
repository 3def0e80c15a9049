#include <memory>

#include <fmt/format.h>

#include "apps/console.h"
#include "apps/support/commands.h"
#include "apps/support/data_report.h"
#include "apps/support/dataset.h"
#include "apps/support/write_dataset.h"
#include "base/threads.h"

namespace heed::apps::support {
namespace {

struct Settings {
  std::vector<std::string> sources;
  std::string output;
  ReadDatasetOptions columns;
  bool json = false;
};

void run(const Settings& settings) {
  const Dataset dataset = read_dataset(settings.sources, settings.columns);
  const DataReport report = make_report(dataset, {.threads = thread_count(0)});
  write_dataset(dataset, settings.output);
  if (settings.json) {
    print(to_json(report, dataset).dump(2) + "\n");
    return;
  }
  print(to_text(report, dataset, 5));
  print(fmt::format(
      "\nwrote {}: {} examples, answers to {} intents, {} passages; next: {}\n", settings.output,
      dataset.examples.size(), dataset.answers.intents().size(), dataset.knowledge.size(),
      dataset.examples.empty() ? "import examples of the intents too (a table with text and intent), to train"
                               : "heed support train " + settings.output));
}

}  // namespace

void add_column_options(CLI::App& command, ReadDatasetOptions& columns) {
  command.add_option("--text", columns.text_column, "Column of the text (else by its usual names)")
      ->type_name("COLUMN");
  command.add_option("--intent", columns.intent_column, "Column of the intent (else by its usual names)")
      ->type_name("COLUMN");
}

void add_import_command(CLI::App& support) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command =
      support.add_subcommand("import", "Read examples, answers and past conversations into one folder");
  command
      ->add_option(
          "SOURCE", settings->sources,
          "Files, or folders of them: .csv .tsv .jsonl, Rasa's .yml, answers.json, conversations in .jsonl")
      ->required();
  command->add_option("-o,--output", settings->output, "Folder for train.csv, answers.json, knowledge.jsonl")
      ->required()
      ->type_name("FOLDER");
  add_column_options(*command, settings->columns);
  command->add_flag("--json", settings->json, "The report as one JSON object");
  command->footer(
      "Examples:\n"
      "  heed support import my-rasa-project -o shop\n"
      "  heed support import questions.csv faq.csv answers.json past-chats.jsonl -o shop");
  command->callback([settings] { run(*settings); });
}

}  // namespace heed::apps::support
