#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/console.h"
#include "apps/recommend/commands.h"
#include "apps/recommend/decision_log.h"
#include "apps/recommend/model_engine.h"
#include "apps/recommend/promotion.h"
#include "apps/recommend/settings.h"
#include "base/error.h"
#include "data/interactions.h"

namespace heed::apps::recommend {
namespace {

struct Arguments {
  std::string model, store, since;
  std::vector<std::string> goals = {"click=1"};
  PromotionOptions options;
};

// How the candidate values the items of a place, in the order of the options: what it knows nothing of is
// worth nothing.
std::vector<double> values_of(Engine& engine, const LoggedDecision& decision,
                              const LoggedDecision::Place& place,
                              const std::map<std::string, double>& goals) {
  RecommendRequest request{.user = "(judged)", .session = decision.history, .goals = goals, .id = "judged"};
  for (const auto& option : place.options) request.among.push_back(option.item);
  request.slate = {.places = static_cast<int64_t>(place.options.size()), .diversity = 0.0};
  std::vector<double> values(place.options.size(), -1.0);
  for (const RecommendedItem& item : engine.recommend(request).items) {
    for (size_t o = 0; o < place.options.size(); ++o) {
      if (place.options[o].item == item.id) values[o] = item.value;
    }
  }
  return values;
}

// The candidate with the logged policy's exploration: the best of a place's options, or evenly one of the
// others.
LoggedSlate judged(Engine& engine, const LoggedDecision& decision, const std::map<std::string, double>& goals,
                   data::NameTable& items) {
  LoggedSlate slate;
  for (const LoggedDecision::Place& place : decision.places) {
    const std::vector<double> values = values_of(engine, decision, place, goals);
    const auto best = static_cast<size_t>(std::ranges::max_element(values) - values.begin());
    LoggedPlace logged{.item = items.add(place.options[place.shown].item),
                       .propensity = place.options[place.shown].propensity};
    const double share = place.options.size() > 1 ? decision.exploration : 0.0;
    for (size_t o = 0; o < place.options.size(); ++o)
      logged.target.emplace_back(
          items.add(place.options[o].item),
          o == best ? 1.0 - share : share / static_cast<double>(place.options.size() - 1));
    for (const auto& [kind, value] : place.outcomes) {
      if (const auto goal = goals.find(kind); goal != goals.end()) logged.reward += goal->second * value;
    }
    slate.push_back(std::move(logged));
  }
  return slate;
}

void promote(const Arguments& arguments) {
  const std::map<std::string, double> goals = parse_goals(arguments.goals);
  const int64_t since = arguments.since.empty() ? 0 : data::parse_time_us(arguments.since);
  if (since == data::kNoTime)
    throw Error(ErrorCode::invalid_argument,
                "--since: expected a time as 2024-05-01, found '" + arguments.since + "'");
  const ModelEngine candidate = open_engine(arguments.model, {});
  const auto log = store::open_event_log(arguments.store);
  data::NameTable items;
  std::vector<LoggedSlate> slates;
  int64_t skipped = 0;
  read_decisions(
      *log, since,
      [&](const LoggedDecision& decision) {
        slates.push_back(judged(*candidate.engine, decision, goals, items));
      },
      skipped);
  if (skipped > 0) print_report(fmt::format("{} decisions are left out: not slates of this heed\n", skipped));
  const Promotion promotion = judge_policy(slates, arguments.options);
  const std::string table = to_text(promotion);
  print(table);
  economy::keep_verdict(*log, "recommend", arguments.model, promotion.is_proven, promotion.why, table);
  if (!promotion.is_proven) throw Error(ErrorCode::forbidden, "promote: refused: " + promotion.why);
}

}  // namespace

void add_promote_command(CLI::App& recommend) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = recommend.add_subcommand(
      "promote", "Judge a model against the live policy by the event log, and refuse what is not proven");
  command->add_option("MODEL", arguments->model, "The candidate")->required();
  command->add_option("--store", arguments->store, "Event log of the live policy")
      ->required()
      ->type_name("URL");
  command->add_option("--goals", arguments->goals, "What outcomes are worth (again for more)")
      ->type_name("NAME=WORTH")
      ->allow_extra_args(false)
      ->capture_default_str();
  command->add_option("--since", arguments->since, "Decisions from then on")->type_name("TIME");
  command->add_option("--confidence", arguments->options.confidence, "Of the intervals")
      ->check(CLI::Range(0.5, 0.9999))
      ->capture_default_str()
      ->type_name("X");
  command
      ->add_option("--least-effective", arguments->options.least_effective,
                   "Places that the log must be worth")
      ->check(CLI::Range(2.0, 1e12))
      ->capture_default_str()
      ->type_name("N");
  command->footer(
      "Example:\n"
      "  heed recommend promote models/shop-next --store sqlite:events.db --goals click=1 --goals share=5\n\n"
      "At each place of each logged slate the candidate chooses among what could have stood there. The live "
      "policy must have\n"
      "explored (apps.recommend.exploration above 0). The verdict and its table are kept in the log, as a "
      "decision of\n"
      "app gate. Exit status 0: proven.");
  command->callback([arguments] { promote(*arguments); });
}

}  // namespace heed::apps::recommend
