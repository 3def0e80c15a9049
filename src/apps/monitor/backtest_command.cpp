#include <algorithm>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "apps/console.h"
#include "apps/line_reader.h"
#include "apps/monitor/backtest.h"
#include "apps/monitor/commands.h"
#include "apps/monitor/labelled.h"
#include "apps/monitor/settings.h"
#include "base/error.h"
#include "base/files.h"
#include "base/threads.h"
#include "model/model_directory.h"

namespace heed::apps::monitor {
namespace {

constexpr size_t kLinesAtOnce = 4096;

struct BacktestOptions {
  MonitorSettings settings;
  SimulateOptions simulate;
  std::string event = "negative_surge", messages{}, events{}, fit{};
  double false_a_month = 0.25;  // alerts a series
  int64_t series = 60;
  uint64_t seed = 1;
  bool json = false;
};

Json figures(const std::string& name, const Found& found, double threshold) {
  const double delay = found.median_delay();
  return {{"name", name},
          {"precision", rounded(found.precision())},
          {"recall", rounded(found.recall())},
          {"f1", rounded(found.f1())},
          {"events", found.events},
          {"hits", found.hits},
          {"false_alerts", found.false_alerts},
          {"median_delay_buckets", delay == delay ? Json(delay) : Json()},
          {"threshold", rounded(threshold)}};
}

// Thresholds from `choose`, figures from `test`: at the same rate of false alerts for all.
Json compare(const std::vector<WatchedSeries>& choose, const std::vector<WatchedSeries>& test,
             const Ensemble& ensemble, const Judge& judge, double most) {
  Json rows = Json::array();
  const std::vector<Scorer> chosen = score_all(choose, ensemble, judge.event),
                            tested = score_all(test, ensemble, judge.event);
  for (size_t i = 0; i < chosen.size(); ++i) {
    const double threshold = threshold_for(choose, chosen[i].scores, most, judge);
    rows.push_back(
        figures(tested[i].name, judge_alerts(test, tested[i].scores, threshold, judge), threshold));
  }
  return rows;
}

void show(const Json& rows, bool json) {
  if (json) {
    print(rows.dump() + "\n");
    return;
  }
  print(bold(
      fmt::format("{:<28}{:>10}{:>8}{:>8}{:>8}{:>8}\n", "", "precision", "recall", "F1", "false", "delay")));
  for (const Json& row : rows)
    print(fmt::format("{:<28}{:>10}{:>8}{:>8}{:>8}{:>8}\n", row["name"].get<std::string>(),
                      fixed(row["precision"], 3), fixed(row["recall"], 3), fixed(row["f1"], 3),
                      row["false_alerts"].get<int64_t>(),
                      row["median_delay_buckets"].is_null() ? "-" : fixed(row["median_delay_buckets"], 0)));
}

std::vector<Understood> read_recording(const BacktestOptions& options) {
  const MonitorSettings& settings = options.settings;
  ReadTexts read;
  if (!settings.model.empty())
    read =
        read_by_model(std::make_shared<const infer::LiveModel>(open_model(settings.model)),
                      {.topic = settings.topic_head, .sentiment = settings.sentiment_head}, thread_count(0));
  Entities entities;
  if (!settings.entities.empty()) entities = read_entities(settings.entities);
  std::vector<Understood> all;
  LineReader reader(options.messages);
  for (auto lines = reader.next(kLinesAtOnce); !lines.empty(); lines = reader.next(kLinesAtOnce)) {
    std::vector<Message> messages;
    for (const std::string& line : lines) messages.push_back(parse_message(line));
    for (Understood& one : understand(std::move(messages), entities, read)) all.push_back(std::move(one));
  }
  return all;
}

void run_backtest(const BacktestOptions& options) {
  Judge judge = {.event = options.event == to_string(Event::volume_burst) ? Event::volume_burst
                                                                          : Event::negative_surge};
  if (!options.messages.empty()) {
    const auto series =
        watch_recording(read_recording(options), read_events(options.events), options.settings.options());
    if (series.empty())
      throw Error(ErrorCode::invalid_argument,
                  options.messages + ": expected a series with enough voices to watch, found none");
    double buckets = 0;
    for (const WatchedSeries& one : series) buckets += static_cast<double>(one.votes.size());
    const double months =
        buckets * static_cast<double>(options.settings.options().bucket_minutes) / (30 * 1440.0);
    show(compare(series, series, read_ensemble(options.settings), judge, options.false_a_month * months),
         options.json);
    return;
  }
  judge.warm = static_cast<size_t>(24 * options.simulate.quiet_days);
  const auto count = static_cast<uint64_t>(options.series);
  // Seeds of their own for weights, thresholds and figures.
  const uint64_t train = 1'000'000 * options.seed, quiet = train + 200'000, choose = train + 400'000,
                 test = train + 600'000;
  Ensemble ensemble = read_ensemble(options.settings);
  if (!options.fit.empty()) {
    check_can_write(options.fit);
    SimulateOptions without = options.simulate;
    without.surges_a_month = without.bursts_a_month = 0;
    ensemble = fit_ensemble(watch_simulated(train, train + count - 1, options.simulate),
                            watch_simulated(quiet, quiet + 2 * count - 1, without), judge);
    write_file_atomically(options.fit, ensemble.to_json().dump() + "\n");
  }
  const double months = static_cast<double>(count) *
                        static_cast<double>(options.simulate.days - options.simulate.quiet_days) / 30;
  show(compare(watch_simulated(choose, choose + count - 1, options.simulate),
               watch_simulated(test, test + count - 1, options.simulate), ensemble, judge,
               options.false_a_month * months),
       options.json);
}

}  // namespace

void add_backtest_command(CLI::App& monitor) {
  auto options = std::make_shared<BacktestOptions>();
  CLI::App* command = monitor.add_subcommand(
      "backtest",
      "How well each detector and the ensemble find events that are known: precision, recall, delay");
  command->add_option("--event", options->event, "What is looked for")
      ->check(CLI::IsMember({"negative_surge", "volume_burst"}))
      ->capture_default_str();
  command->add_option("--false-a-month", options->false_a_month, "False alerts a series that each may raise")
      ->check(CLI::Range(0.001, 100.0))
      ->capture_default_str()
      ->type_name("X");
  command->add_flag("--json", options->json, "Figures as JSON");
  const std::string simulated = "Simulated series";
  command->add_option("--series", options->series, "How many")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str()
      ->group(simulated);
  command->add_option("--seed", options->seed, "Other seeds, other series")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str()
      ->group(simulated);
  command->add_option("--days", options->simulate.days, "Of each")
      ->check(CLI::Range(20, 5000))
      ->capture_default_str()
      ->group(simulated);
  command->add_option("--fit", options->fit, "Learn the votes' weights first, and write them here")
      ->type_name("FILE")
      ->group(simulated);
  const std::string recorded = "A recording";
  auto* messages =
      command->add_option("--messages", options->messages, "NDJSON, in place of simulated series")
          ->type_name("FILE")
          ->group(recorded);
  auto* events = command
                     ->add_option("--events", options->events,
                                  "Table of what happened: topic, entity, event, begin, end")
                     ->needs(messages)
                     ->type_name("FILE")
                     ->group(recorded);
  messages->needs(events)->excludes("--fit");
  MonitorSettings& settings = options->settings;
  command->add_option("--model", settings.model, "Model that reads them")
      ->type_name("MODEL")
      ->group(recorded);
  command->add_option("--entities", settings.entities, "Who is watched")->type_name("FILE")->group(recorded);
  command->add_option("--bucket", settings.bucket, "What detectors look at")
      ->check(CLI::IsMember({"minute", "hour", "day"}))
      ->capture_default_str()
      ->group(recorded);
  command->add_option("--ensemble", settings.ensemble, "Weights of the votes; the program's own where absent")
      ->type_name("FILE");
  command->footer(
      "Examples:\n"
      "  heed monitor backtest --series 100 --false-a-month 0.5\n"
      "  heed monitor backtest --messages 2020.ndjson --events known.csv --model models/finance --bucket "
      "day");
  command->callback([options] { run_backtest(*options); });
}

}  // namespace heed::apps::monitor
