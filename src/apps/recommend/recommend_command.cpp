#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/console.h"
#include "apps/recommend/commands.h"
#include "apps/recommend/dataset.h"
#include "apps/recommend/model_engine.h"
#include "base/error.h"

namespace heed::apps::recommend {
namespace {

struct Arguments {
  std::string model, data, user, method = "mmr";
  std::vector<std::string> items;
  EngineOptions options;
};

void print_slate(const Recommendation& recommendation, Engine& engine) {
  const auto title = [&](const std::string& id) {
    const std::shared_lock lock(engine.catalogue().mutex());
    return engine.catalogue().at(*engine.catalogue().find(id)).item.title;
  };
  if (!recommendation.has_history) print("nothing is known of this person: by popularity and freshness\n");
  for (const RecommendedItem& item : recommendation.items) {
    std::string words;
    for (const WordWeight& word : item.words) words += fmt::format("  {} {:.2f}", word.word, word.weight);
    print(fmt::format("{}\t{:.5f}\t{}\t{}{}\n", item.id, item.value, item.source, title(item.id), words));
  }
  if (recommendation.because.empty()) return;
  print("because of\n");
  for (const Because& each : recommendation.because)
    print(fmt::format("  {}\t{:.3f}\t{}\n", each.item, each.share, title(each.item)));
}

void recommend(const Arguments& arguments) {
  if (arguments.user.empty() && arguments.items.empty())
    throw Error(ErrorCode::invalid_argument, "expected --user with --data, or --item, found neither");
  const ModelEngine opened = open_engine(arguments.model, arguments.options);
  if (!arguments.data.empty()) {
    const Dataset dataset = read_dataset(arguments.data);
    for (const auto* part : {&dataset.split.train, &dataset.split.valid, &dataset.split.test}) {
      for (const data::Interaction& row : *part)
        opened.engine->take(dataset.log.users.name(row.user), dataset.log.items.name(row.item),
                            dataset.log.kinds.name(row.kind), row.ts_us);
    }
  }
  RecommendRequest request{.user = arguments.user.empty() ? "(nobody)" : arguments.user,
                           .slate = arguments.options.slate,
                           .freshness = arguments.options.freshness,
                           .explain = true,
                           .id = {}};
  for (const std::string& item : arguments.items) request.session.push_back({.item = item});
  print_slate(opened.engine->recommend(request), *opened.engine);
}

}  // namespace

void add_recommend_command(CLI::App& parent) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = parent.add_subcommand("recommend", "A slate for one person, and why");
  command->add_option("MODEL", arguments->model, "A model of heed recommend train")->required();
  command->add_option("--data", arguments->data, "Histories, as `heed recommend import` wrote them")
      ->type_name("FOLDER");
  command->add_option("--user", arguments->user, "Whose history")->type_name("ID");
  command->add_option("--item", arguments->items, "Taken just now (again for more, the latest last)")
      ->type_name("ID")
      ->allow_extra_args(false);
  command->add_option("-n", arguments->options.slate.places, "Places")
      ->check(CLI::Range(1, 100))
      ->capture_default_str()
      ->type_name("N");
  command
      ->add_option("--diversity", arguments->options.slate.diversity,
                   "0: by value alone, 1: by difference alone")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str()
      ->type_name("X");
  command->add_option("--method", arguments->method, "Of diversity")
      ->check(CLI::IsMember({"mmr", "dpp"}))
      ->capture_default_str();
  command->add_option("--cap", arguments->options.slate.cap, "Items of one tag or author; 0: any")
      ->check(CLI::Range(0, 100))
      ->capture_default_str()
      ->type_name("N");
  command->footer(
      "Examples:\n"
      "  heed recommend recommend models/shop --data shop --user 17\n"
      "  heed recommend recommend models/shop --item 4711 --item 815 -n 5 --diversity 0.5");
  command->callback([arguments] {
    arguments->options.slate.method = arguments->method == "dpp" ? Diversity::dpp : Diversity::mmr;
    recommend(*arguments);
  });
}

}  // namespace heed::apps::recommend
