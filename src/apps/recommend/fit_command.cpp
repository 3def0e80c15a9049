#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/console.h"
#include "apps/recommend/commands.h"
#include "apps/recommend/decision_log.h"
#include "apps/recommend/model_engine.h"
#include "apps/recommend/ranker.h"
#include "base/error.h"
#include "data/interactions.h"
#include "model/model_directory.h"
#include "model/read_contents.h"

namespace heed::apps::recommend {
namespace {

struct Arguments {
  std::string model, store, since;
};

void fit(const Arguments& arguments) {
  const int64_t since = arguments.since.empty() ? 0 : data::parse_time_us(arguments.since);
  if (since == data::kNoTime)
    throw Error(ErrorCode::invalid_argument,
                "--since: expected a time as 2024-05-01, found '" + arguments.since + "'");
  const ModelDirectory model = open_model(arguments.model);
  const auto log = store::open_event_log(arguments.store);
  std::vector<ShownItem> shown;
  int64_t skipped = 0;
  read_decisions(
      *log, since,
      [&](const LoggedDecision& decision) {
        for (size_t p = 0; p < decision.places.size(); ++p) {
          const LoggedDecision::Place& place = decision.places[p];
          ShownItem own{.features = place.features,
                        .item = place.options[place.shown].item,
                        .position = static_cast<int64_t>(p)};
          for (const auto& [kind, value] : place.outcomes) own.reached[kind] = value > 0.0;
          shown.push_back(std::move(own));
        }
      },
      skipped);
  const RankerFit fitted = fit_ranker(shown);
  if (!fitted.note.empty()) print_report(fitted.note + "\n");
  for (const std::string& goal : fitted.left_out)
    print_report(fmt::format("{}: reached by all or by none, nothing to learn\n", goal));
  for (const auto& [goal, loss] : fitted.loss)
    print(fmt::format("{:<16} -log P a place {:.4f}, of the mean alone {:.4f}\n", goal, loss,
                      fitted.plain_loss.at(goal)));
  ModelContents contents = read_contents(model);
  contents.run = read_run(model);
  contents.assets[kRankerFile] = fitted.ranker.to_json().dump(1) + "\n";
  print("wrote " + write_model(model.path.parent_path(), contents).string() + "\n");
}

}  // namespace

void add_fit_command(CLI::App& recommend) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = recommend.add_subcommand(
      "fit", "Learn from the event log how likely people are to click, share …, freed of where items stood");
  command->add_option("MODEL", arguments->model, "A model of heed recommend train; a new version is written")
      ->required();
  command->add_option("--store", arguments->store, "Event log")->required()->type_name("URL");
  command->add_option("--since", arguments->since, "Decisions from then on")->type_name("TIME");
  command->footer(
      "Example:\n"
      "  heed recommend fit models/shop --store sqlite:events.db\n\n"
      "Its goals are the kinds of outcomes; what each is worth stands in apps.recommend.goals.");
  command->callback([arguments] { fit(*arguments); });
}

}  // namespace heed::apps::recommend
