#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/console.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/economy_commands.h"
#include "cli/named_columns.h"
#include "cli/number_field.h"
#include "cli/text_table.h"
#include "data/table.h"
#include "economy/attention_memory.h"
#include "economy/memory_fit.h"
#include "economy/return_hazard.h"
#include "economy/schedule.h"
#include "economy/survival.h"

namespace heed::cli {
namespace {

struct Settings {
  std::string file, parameters, output, at, model = "fsrs";
  double held_out = 0.2, retention = 0.9, slack = 0, period_days = 7;
  int64_t limit = 20, periods = 8;
};

economy::ReviewLog read_log(const std::string& file) {
  const data::Table table = data::read_table(file);
  const NamedColumns columns(table, {"card_id", "review_rating", "review_time"}, {"review_duration"});
  economy::ReviewLog log;
  for (const data::Row& row : table.rows)
    log.add(columns.get(row, 0), columns.get(row, 1), columns.get(row, 2), table.where(row),
            columns.get(row, 3));
  log.sort();
  return log;
}

economy::MemoryModel read_model(const std::string& file) {
  if (file.empty()) return economy::MemoryModel();
  const Json json = read_json_file(file);
  const Json list = json_field<Json>(json, "parameters", file);
  economy::MemoryParameters parameters{};
  if (!list.is_array() || list.size() != parameters.size())
    throw Error(
        ErrorCode::corrupt_data,
        fmt::format("{}: field 'parameters': expected {} numbers; write it with heed economy retain fit",
                    file, parameters.size()));
  for (size_t k = 0; k < parameters.size(); ++k) {
    if (!list[k].is_number())
      throw Error(ErrorCode::corrupt_data, fmt::format("{}: parameter {}: expected a number", file, k));
    parameters[k] = list[k].get<double>();
  }
  return economy::MemoryModel(parameters);
}

void write_model(const Settings& settings, const Json& json) {
  if (settings.output.empty()) {
    apps::print(json.dump() + "\n");
  } else {
    write_file_atomically(settings.output, json.dump(2) + "\n");
  }
}

// The attention model beside FSRS fitted to the same reviews.
void fit_attention(const Settings& settings) {
  const economy::ReviewLog log = read_log(settings.file);
  const size_t end = log.reviews().size();
  const auto split = static_cast<size_t>(static_cast<double>(end) * (1 - settings.held_out));
  const auto begun = std::chrono::steady_clock::now();
  const economy::HistoryModel model = economy::fit_attention_memory(log, split);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  apps::print(fmt::format("{} reviews of {} cards; {} parameters fitted to the first {} in {:.2f} s\n", end,
                          log.cards().size(), model.parameters(), split, seconds));
  Json json = economy::to_json(model);
  if (split < end) {
    const economy::RecallFigures held_out = economy::recall_figures(model, log, split, end);
    json["held_out"] = {{"reviews", held_out.reviews}, {"log_loss", held_out.log_loss}};
    apps::print(text_table(
        {{"average only", figure(economy::average_log_loss(log, split, end))},
         {"FSRS-6 fitted",
          figure(economy::recall_figures(economy::fit_memory(log, split), log, split, end).log_loss)},
         {"attention", figure(held_out.log_loss)}},
        {1}));
  }
  write_model(settings, json);
}

void fit(const Settings& settings) {
  if (!settings.output.empty()) check_can_write(settings.output);
  if (settings.model == "attention") return fit_attention(settings);
  const economy::ReviewLog log = read_log(settings.file);
  const size_t end = log.reviews().size();
  const auto split = static_cast<size_t>(static_cast<double>(end) * (1 - settings.held_out));
  const auto begun = std::chrono::steady_clock::now();
  const economy::MemoryModel model = economy::fit_memory(log, split);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const auto loss = [&](const economy::MemoryModel& one) {
    return figure(economy::recall_figures(one, log, split, end).log_loss);
  };
  Json json = {{"model", "fsrs-6"}, {"parameters", model.parameters()}, {"reviews", split}};
  apps::print(fmt::format("{} reviews of {} cards; fitted to the first {} in {:.2f} s\n", end,
                          log.cards().size(), split, seconds));
  if (split < end) {
    const economy::RecallFigures held_out = economy::recall_figures(model, log, split, end);
    json["held_out"] = {{"reviews", held_out.reviews}, {"log_loss", held_out.log_loss}};
    apps::print(fmt::format("of the last {}, {} are at least a day after the one before; log loss:\n",
                            end - split, held_out.reviews));
    apps::print(text_table({{"average only", figure(economy::average_log_loss(log, split, end))},
                            {"default parameters", loss(economy::MemoryModel())},
                            {"fitted", loss(model)}},
                           {1}));
  }
  write_model(settings, json);
}

void schedule(const Settings& settings) {
  const economy::MemoryModel model = read_model(settings.parameters);
  const economy::ReviewLog log = read_log(settings.file);
  const economy::ScheduleOptions options{.retention = settings.retention};
  std::vector<economy::ScheduledItem> items(log.cards().size());
  for (const economy::Review& one : log.reviews())
    economy::review(model, options, one.rating, one.time_us, items[one.card]);
  const int64_t now =
      settings.at.empty() ? log.reviews().back().time_us : economy::parse_time(settings.at, "--at");
  const int64_t today = now / economy::kDayUs;
  economy::DayLoad load;
  std::vector<std::vector<std::string>> rows = {{"card_id", "due", "recall now", "stability", "difficulty"}};
  std::string csv = "card_id,due,recall,stability,difficulty\n";
  for (size_t card = 0; card < items.size(); ++card) {
    const economy::ScheduledItem& item = items[card];
    int64_t due_us = item.due_us;
    if (item.stage == economy::ScheduledItem::Stage::review && settings.slack > 0)
      due_us =
          economy::kDayUs * economy::place_on_light_day(model, item.memory, settings.retention,
                                                        settings.slack, item.reviewed_us / economy::kDayUs,
                                                        item.due_us / economy::kDayUs, today, load);
    const double recall = model.recall(economy::days_between(item.reviewed_us, now), item.memory.stability);
    rows.push_back({log.cards()[card], economy::day_text(due_us), figure(recall),
                    figure(item.memory.stability), figure(item.memory.difficulty)});
    csv += fmt::format("{},{},{:.4f},{:.4f},{:.4f}\n", log.cards()[card], economy::day_text(due_us), recall,
                       item.memory.stability, item.memory.difficulty);
  }
  if (!settings.output.empty()) write_file_atomically(settings.output, csv);
  std::stable_sort(rows.begin() + 1, rows.end(), [](const auto& a, const auto& b) { return a[1] < b[1]; });
  if (static_cast<int64_t>(rows.size()) > settings.limit + 1)
    rows.resize(static_cast<size_t>(settings.limit + 1));
  apps::print(text_table(rows, {2, 3, 4}));
}

void survive(const Settings& settings) {
  const data::Table table = data::read_table(settings.file);
  const NamedColumns columns(table, {"duration", "lost"}, {});
  std::vector<economy::Lifetime> lives;
  for (const data::Row& row : table.rows) {
    const std::string& lost = columns.get(row, 1);
    const economy::Lifetime life{.duration = read_number(columns.get(row, 0), table.where(row), "duration"),
                                 .lost = lost == "1"};
    if (lost != "0" && lost != "1")
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: field 'lost': expected 1 (attention ended) or 0 (still there), found '{}'",
                              table.where(row), lost));
    lives.push_back(life);
  }
  const auto curve = economy::survival_curve(lives);
  std::vector<std::vector<std::string>> rows = {{"from", "still there", "low", "high", "at risk", "lost"}};
  for (const economy::SurvivalStep& step : curve)
    rows.push_back({figure(step.time), figure(step.survival), figure(step.low), figure(step.high),
                    std::to_string(step.at_risk), std::to_string(step.lost)});
  apps::print(text_table(rows, {0, 1, 2, 3, 4, 5}));
  apps::print(fmt::format("half are lost by {}\n", figure(economy::median_lifetime(curve))));
}

// Who is likely to be lost: learned from the first visits, measured on the last, told of everybody.
void churn(const Settings& settings) {
  const data::Table table = data::read_table(settings.file);
  const NamedColumns columns(table, {"person", "time"}, {"minutes"});
  economy::VisitLog log;
  for (const data::Row& row : table.rows) {
    const std::string& minutes = columns.get(row, 2);
    log.add(columns.get(row, 0), columns.get(row, 1),
            minutes.empty() ? 0 : read_number(minutes, table.where(row), "minutes"), table.where(row));
  }
  log.sort();
  const economy::HazardOptions options{.period_days = settings.period_days, .periods = settings.periods};
  const economy::ReturnRows rows = economy::return_rows(log, options);
  economy::ReturnRows before, after;
  const auto split = static_cast<size_t>(static_cast<double>(rows.examples.size()) * (1 - settings.held_out));
  for (size_t k = 0; k < rows.examples.size(); ++k) {
    economy::ReturnRows& into = k < split ? before : after;
    into.examples.push_back(rows.examples[k]);
    into.periods.push_back(rows.periods[k]);
  }
  const economy::HistoryModel model = economy::fit_return(before, options);
  if (!after.examples.empty()) {
    const economy::HazardFigures figures = economy::hazard_figures(model, before, after);
    apps::print(
        fmt::format("log loss of the last {} periods: {} by attention, {} by the share of each period\n",
                    figures.rows, figure(figures.log_loss), figure(figures.by_period)));
  }
  std::vector<std::pair<double, uint32_t>> order;
  for (uint32_t i = 0; i < log.people().size(); ++i)
    order.emplace_back(-economy::away_curve(model, log, i, options).back(), i);
  std::ranges::sort(order);
  std::vector<std::vector<std::string>> shown = {{"person", "away after all periods"}};
  std::string csv = "person,away\n";
  for (const auto& [away, person] : order) {
    csv += fmt::format("{},{:.4f}\n", log.people()[person], -away);
    if (static_cast<int64_t>(shown.size()) <= settings.limit)
      shown.push_back({log.people()[person], figure(-away)});
  }
  if (!settings.output.empty()) write_file_atomically(settings.output, csv);
  apps::print(text_table(shown, {1}));
}

}  // namespace

void add_economy_retain_command(CLI::App& economy) {
  CLI::App* retain =
      economy.add_subcommand("retain", "What is remembered, when to show it again, and who stays");
  retain->require_subcommand(1);
  auto settings = std::make_shared<Settings>();
  CLI::App* fitter = retain->add_subcommand("fit", "Fit a memory model to a review log");
  fitter
      ->add_option("REVIEWS", settings->file,
                   "card_id, review_rating (1 to 4), review_time, review_duration (ms)")
      ->required()
      ->type_name("FILE");
  fitter
      ->add_option("--held-out", settings->held_out, "Part of the reviews, the last ones, that only measures")
      ->check(CLI::Range(0.0, 0.9))
      ->capture_default_str()
      ->type_name("X");
  fitter->add_option("--model", settings->model, "fsrs, or attention: a small model of all reviews before")
      ->check(CLI::IsMember({"fsrs", "attention"}))
      ->capture_default_str()
      ->type_name("M");
  fitter->add_option("--output", settings->output, "Write the parameters")->type_name("FILE.json");
  fitter->footer("Example:\n  heed economy retain fit reviews.csv --output memory.json");
  fitter->callback([settings] { fit(*settings); });

  CLI::App* scheduler =
      retain->add_subcommand("schedule", "When each item is due, and how well it is remembered now");
  scheduler->add_option("REVIEWS", settings->file, "card_id, review_rating, review_time")
      ->required()
      ->type_name("FILE");
  scheduler->add_option("--parameters", settings->parameters, "Of retain fit; else the default ones")
      ->type_name("FILE.json");
  scheduler->add_option("--retention", settings->retention, "Recall that is wanted when an item comes again")
      ->check(CLI::Range(0.01, 0.999))
      ->capture_default_str()
      ->type_name("P");
  scheduler->add_option("--balance", settings->slack, "Spread days' load where recall stays this near to P")
      ->check(CLI::Range(0.0, 0.2))
      ->capture_default_str()
      ->type_name("X");
  scheduler->add_option("--at", settings->at, "Now; else the time of the last review")->type_name("TIME");
  scheduler->add_option("--limit", settings->limit, "Show as many")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str()
      ->type_name("N");
  scheduler->add_option("--output", settings->output, "Write all of them")->type_name("FILE.csv");
  scheduler->footer(
      "Example:\n  heed economy retain schedule reviews.csv --parameters memory.json --balance 0.02");
  scheduler->callback([settings] { schedule(*settings); });

  CLI::App* survival =
      retain->add_subcommand("survival", "How many are still there after how long (Kaplan-Meier)");
  survival->add_option("LIFETIMES", settings->file, "duration, lost (1: attention ended; 0: still there)")
      ->required()
      ->type_name("FILE");
  survival->footer("Example:\n  heed economy retain survival readers.csv");
  survival->callback([settings] { survive(*settings); });

  CLI::App* leavers =
      retain->add_subcommand("churn", "Who comes back and who is lost, by a small attention model of visits");
  leavers->add_option("VISITS", settings->file, "person, time, minutes")->required()->type_name("FILE");
  leavers->add_option("--period", settings->period_days, "Days of a period")
      ->check(CLI::Range(0.01, 3650.0))
      ->capture_default_str()
      ->type_name("D");
  leavers->add_option("--periods", settings->periods, "After as many a person counts as lost")
      ->check(CLI::Range(1, 100))
      ->capture_default_str()
      ->type_name("N");
  leavers->add_option("--held-out", settings->held_out, "Part of the periods, the last, that only measures")
      ->check(CLI::Range(0.0, 0.9))
      ->capture_default_str()
      ->type_name("X");
  leavers->add_option("--limit", settings->limit, "Show as many, those most likely to be lost")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str()
      ->type_name("N");
  leavers->add_option("--output", settings->output, "Write all of them")->type_name("FILE.csv");
  leavers->footer("Example:\n  heed economy retain churn visits.csv --period 7 --periods 8");
  leavers->callback([settings] { churn(*settings); });
}

}  // namespace heed::cli
