#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/console.h"
#include "apps/recommend/commands.h"
#include "apps/recommend/evaluation.h"
#include "apps/recommend/user_groups.h"
#include "base/error.h"
#include "base/files.h"
#include "base/threads.h"
#include "model/model_directory.h"

namespace heed::apps::recommend {
namespace {

struct Arguments {
  std::string folder, split = "test", json;
  std::vector<std::string> models, by;
  EvaluationOptions options;
  bool no_baselines = false;
  int64_t threads = 0;
};

// The model's own name in place of the scorer's.
Judgement named(Judgement judgement, const std::string& name) {
  judgement.name = std::filesystem::path(name).lexically_normal().filename().string();
  return judgement;
}

std::vector<Judgement> judge_all(const Arguments& arguments, const Dataset& dataset,
                                 const EvaluationData& data) {
  const ParallelFor parallel = on_threads(thread_count(arguments.threads));
  const auto items = static_cast<int32_t>(dataset.items.size());
  std::vector<Judgement> judgements;
  const auto add = [&](const Scorer& scorer) {
    judgements.push_back(judge(scorer, data, arguments.options, parallel));
  };
  for (const std::string& name : arguments.models) {
    const infer::SequenceRanker ranker(open_model(name));
    add(*model_scorer(ranker, dataset.items));
    judgements.back() = named(std::move(judgements.back()), name);
  }
  if (arguments.no_baselines) return judgements;
  add(*popularity_scorer(data.training, items));
  add(*item_knn_scorer(data.training, items));
  add(*factor_scorer(data.training, items, parallel));
  const auto has_words = [](const data::Item& item) { return !item.words().empty(); };
  if (std::ranges::any_of(dataset.items, has_words)) add(*word_scorer(dataset.items));
  return judgements;
}

void evaluate(const Arguments& arguments) {
  if (arguments.models.empty() && arguments.no_baselines)
    throw Error(ErrorCode::invalid_argument, "expected a --model where there are no baselines, found none");
  const Dataset dataset = read_dataset(arguments.folder);
  const EvaluationData data = evaluation_data(dataset, arguments.split == "test", arguments.options);
  std::vector<std::vector<UserGroup>> groups;
  for (const std::string& attribute : arguments.by) groups.push_back(group_users(dataset, data, attribute));
  const std::vector<Judgement> judgements = judge_all(arguments, dataset, data);
  print(fmt::format(
      "{} people of {}, full ranking over {}\n\n", judgements.front().hits.size(), arguments.split,
      arguments.options.new_items ? "items that training never had" : "items not in the history"));
  print(to_table(judgements, arguments.options));
  Json figures = to_json(judgements);
  for (size_t g = 0; g < groups.size(); ++g) {
    print(to_table(groups[g], arguments.by[g], judgements, arguments.options));
    figures[0]["by_user"][arguments.by[g]] = to_json(groups[g], judgements);
  }
  if (!arguments.json.empty()) write_file_atomically(arguments.json, figures.dump(1) + "\n");
}

}  // namespace

void add_evaluate_command(CLI::App& recommend) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = recommend.add_subcommand(
      "evaluate", "Judge models and plain ways by what people did next, all items ranked");
  command->add_option("FOLDER", arguments->folder, "As `heed recommend import` wrote it")->required();
  command->add_option("--model", arguments->models, "A model of heed recommend train (again for more)")
      ->type_name("MODEL")
      ->allow_extra_args(false);
  command->add_option("--split", arguments->split, "What was held out")
      ->check(CLI::IsMember({"valid", "test"}))
      ->capture_default_str();
  command->add_option("--top", arguments->options.top, "k of HR@k and NDCG@k")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->type_name("K");
  command->add_flag("--new-items", arguments->options.new_items,
                    "Rank items that training never had, and only those");
  command
      ->add_option("--max-history", arguments->options.max_history,
                   "Know only so many events of each person; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->type_name("N");
  command
      ->add_option("--by", arguments->by, "Hit rates by an attribute of people: age, city … (again for more)")
      ->type_name("ATTRIBUTE")
      ->allow_extra_args(false);
  command->add_flag("--no-baselines", arguments->no_baselines,
                    "Leave out popularity, item-kNN, matrix factorisation and nearest words");
  command->add_option("--json", arguments->json, "Write the figures")->type_name("FILE");
  command->add_option("--threads", arguments->threads, "0: as many as cores")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str()
      ->type_name("N");
  command->footer(
      "Examples:\n"
      "  heed recommend evaluate shop --model models/shop --by age\n"
      "  heed recommend evaluate shop --model models/a --model models/b --split valid --json figures.json");
  command->callback([arguments] { evaluate(*arguments); });
}

}  // namespace heed::apps::recommend
