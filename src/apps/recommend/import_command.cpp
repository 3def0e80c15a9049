#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/console.h"
#include "apps/recommend/commands.h"
#include "apps/recommend/dataset.h"
#include "base/error.h"
#include "store/event.h"

namespace heed::apps::recommend {
namespace {

struct Arguments {
  std::vector<std::string> events, items, users;
  std::string folder, split = "leave-one-out";
  data::InteractionFormat format;
  double test_share = 0.1;
};

data::InteractionSplit split_log(const Arguments& arguments, const data::InteractionLog& log) {
  if (arguments.split == "time") return data::split_by_time(log, arguments.test_share);
  return arguments.split == "last" ? data::leave_last_for_validation(log) : data::leave_one_out(log);
}

void import(const Arguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  Dataset dataset;
  for (const std::string& file : arguments.events)
    data::read_interactions(file, arguments.format, dataset.log);
  const auto read = static_cast<double>(dataset.log.rows.size());
  for (const std::string& file : arguments.items) {
    for (data::Item& item : data::read_items(file)) dataset.items.push_back(std::move(item));
  }
  for (const std::string& file : arguments.users) {
    for (data::Item& user : data::read_items(file)) dataset.users.push_back(std::move(user));
  }
  const data::CleanCounts counts = data::clean_interactions(dataset.log, store::now_us());
  dataset.items = complete_items(std::move(dataset.items), dataset.log.items);
  dataset.split = split_log(arguments, dataset.log);
  if (const std::string leak = data::find_leak(dataset.log, dataset.split); !leak.empty())
    throw Error(ErrorCode::internal, "import: expected a split without leaks, found: " + leak);
  write_dataset(arguments.folder, dataset);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  print_report(
      fmt::format("{} events of {} users on {} items ({} kinds): {} to train, {} to validate, {} to test\n",
                  counts.kept, dataset.log.users.size(), dataset.items.size(), dataset.log.kinds.size(),
                  dataset.split.train.size(), dataset.split.valid.size(), dataset.split.test.size()));
  if (counts.duplicates > 0) print_report(fmt::format("left out: {} that stood twice\n", counts.duplicates));
  if (counts.future > 0) print_report(fmt::format("left out: {} that lie in the future\n", counts.future));
  print_report(fmt::format("{:.2f} s, {:.0f} events/s\n", seconds, read / seconds));
  print("wrote " + arguments.folder + "\n");
}

}  // namespace

void add_import_command(CLI::App& recommend) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = recommend.add_subcommand("import", "Events and items into a folder to train on");
  command
      ->add_option("EVENTS", arguments->events, "Tables (csv, tsv, jsonl, RecBole's .inter) or a user a line")
      ->required();
  command->add_option("-o,--output", arguments->folder, "Folder to write")->required()->type_name("FOLDER");
  command->add_option("--items", arguments->items, "Titles, texts, tags and attributes (again for more)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_option("--users", arguments->users, "People's attributes: age, city … (again for more)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command
      ->add_option("--split", arguments->split,
                   "What is held out: leave-one-out (of each user the last for test, the one before for "
                   "validation), time (the last share, all users alike), last (validation alone, to serve)")
      ->check(CLI::IsMember({"leave-one-out", "time", "last"}))
      ->capture_default_str();
  command->add_option("--test-share", arguments->test_share, "Of --split time")
      ->check(CLI::Range(0.001, 0.4))
      ->capture_default_str()
      ->type_name("X");
  command->add_option("--format", arguments->format.format, "Of the events")
      ->check(CLI::IsMember({"auto", "csv", "tsv", "jsonl", "sequences"}))
      ->capture_default_str();
  command->add_option("--kind", arguments->format.kind, "Of events that name none")
      ->capture_default_str()
      ->type_name("NAME");
  command->footer(
      "Examples:\n"
      "  heed recommend import clicks.csv --items products.jsonl -o shop\n"
      "  heed recommend import ml-100k.inter --items ml-100k.item --users ml-100k.user -o movies\n\n"
      "After it: heed recommend train shop -o models/shop");
  command->callback([arguments] { import(*arguments); });
}

}  // namespace heed::apps::recommend
