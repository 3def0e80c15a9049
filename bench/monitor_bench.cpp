// What heed monitor finds in simulated opinion, and what it holds in memory.
//
//   monitor_bench --row NAME --json   the values of a row of docs/results.md, as a last line of JSON
//     monitor-ensemble     the ensemble against the best single detector at the same rate of false alerts
//     monitor-budget       alerts of 1000 quiet days with one alert a day, and recall at that budget
//     monitor-series       memory of 100 000 watched series
//   --seed N                          other series
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include "apps/monitor/backtest.h"
#include "apps/monitor/monitor.h"
#include "apps/monitor/policy.h"
#include "base/error.h"
#include "base/json.h"

namespace heed::bench {
namespace {

using namespace apps::monitor;  // NOLINT(google-build-using-namespace)

struct Options {
  std::string row;
  uint64_t seed = 1;
};

constexpr uint64_t kSeedsApart = 10'000'000;  // from those of the program's own weights

SimulateOptions quiet_options(int64_t days) {
  SimulateOptions options;
  options.days = days;
  options.surges_a_month = options.bursts_a_month = 0;
  return options;
}

double peak_gigabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e9;
}

Json figures(const Found& found, double threshold) {
  return {{"f1", found.f1()},         {"precision", found.precision()},
          {"recall", found.recall()}, {"false_alerts", found.false_alerts},
          {"events", found.events},   {"median_delay_hours", found.median_delay()},
          {"threshold", threshold}};
}

// Thresholds on some seeds, figures on others: one false alert in ten months a series, which is one a day for
// 300 series.
Json ensemble_row(const Options& options) {
  constexpr double kFalseAMonth = 0.1;
  constexpr uint64_t kSeries = 200;
  const SimulateOptions simulate;
  const Judge judge = {.warm = static_cast<size_t>(24 * simulate.quiet_days)};
  const uint64_t first = kSeedsApart * options.seed;
  const auto choose = watch_simulated(first, first + kSeries - 1, simulate);
  const auto test = watch_simulated(first + 1000, first + 1000 + kSeries - 1, simulate);
  const double most = kFalseAMonth * static_cast<double>(kSeries) *
                      static_cast<double>(simulate.days - simulate.quiet_days) / 30;
  const auto chosen = score_all(choose, usual_ensemble(), judge.event),
             tested = score_all(test, usual_ensemble(), judge.event);
  Json quality;
  double best = 0, ours = 0, delay = 0;
  std::string best_name;
  for (size_t i = 0; i < chosen.size(); ++i) {
    const double threshold = threshold_for(choose, chosen[i].scores, most, judge);
    const Found found = judge_alerts(test, tested[i].scores, threshold, judge);
    quality[tested[i].name] = figures(found, threshold);
    fmt::print("{:<28} F1 {:.3f}  recall {:.3f}  false {}\n", tested[i].name, found.f1(), found.recall(),
               found.false_alerts);
    if (tested[i].is_single && found.f1() > best) {
      best = found.f1();
      best_name = tested[i].name;
    }
    if (tested[i].name == "ensemble") {
      ours = found.f1();
      delay = found.median_delay();
    }
  }
  quality["best_single"] = best_name;
  return {{"values",
           {{"error_cut", 1 - (1 - ours) / (1 - best)},
            {"f1", ours},
            {"f1.peer", best},
            {"median_delay_hours", delay}}},
          {"quality", quality}};
}

struct Budgeted {
  int64_t days = 0, alerts = 0, suppressed = 0, events = 0, hits = 0;
};

// A desk of so many topics under one policy: what it raises, and which surges that tells of.
Budgeted run_policy(const std::vector<WatchedSeries>& series, size_t warm) {
  AlertPolicy policy({.alerts_a_day = 1}, usual_ensemble());
  const size_t buckets = series.front().votes.size();
  Budgeted result = {.days = static_cast<int64_t>((buckets - warm) / 24)};
  std::vector<std::vector<bool>> hit;
  for (const WatchedSeries& one : series) hit.emplace_back(one.events.size(), false);
  for (size_t bucket = warm; bucket < buckets; ++bucket) {
    std::vector<Candidate> candidates;
    for (size_t i = 0; i < series.size(); ++i) {
      for (const Event event : {Event::negative_surge, Event::volume_burst})
        candidates.push_back({.key = {std::to_string(i), kAll},
                              .event = event,
                              .log_odds = usual_ensemble().score(event, series[i].votes[bucket])});
    }
    const Decisions decisions =
        policy.close(static_cast<int64_t>(bucket) * kHourUs, std::move(candidates), series.size());
    result.alerts += static_cast<int64_t>(decisions.raised.size());
    result.suppressed += decisions.suppressed;
    for (const Incident& incident : decisions.raised) {
      const auto i = static_cast<size_t>(std::stoul(incident.lead.topic));
      for (size_t e = 0; e < hit[i].size(); ++e) {
        const InjectedEvent& event = series[i].events[e];
        if (event.event == Event::negative_surge && incident.event == Event::negative_surge &&
            bucket >= event.begin && bucket < event.end + 12)
          hit[i][e] = true;
      }
    }
  }
  for (size_t i = 0; i < series.size(); ++i) {
    for (size_t e = 0; e < hit[i].size(); ++e) {
      if (series[i].events[e].event != Event::negative_surge || series[i].events[e].begin < warm) continue;
      ++result.events;
      result.hits += hit[i][e];
    }
  }
  return result;
}

// Recall of the best single detector whose threshold raises as many false alerts on the quiet desk as there
// are days.
Json budget_row(const Options& options) {
  constexpr uint64_t kTopics = 20;
  constexpr int64_t kDays = 1000;
  const uint64_t first = kSeedsApart * options.seed + 5000;
  const SimulateOptions quiet = quiet_options(kDays + 14);
  const auto still = watch_simulated(first, first + kTopics - 1, quiet);
  SimulateOptions busy = quiet;
  busy.days = 200;
  busy.surges_a_month = 1;  // 20 topics: fewer surges than the alerts that are allowed
  const auto moved = watch_simulated(first + 100, first + 100 + kTopics - 1, busy);
  const Judge judge = {.warm = static_cast<size_t>(24 * quiet.quiet_days)};
  const Budgeted on_quiet = run_policy(still, judge.warm), on_busy = run_policy(moved, judge.warm);
  const auto of_still = score_all(still, usual_ensemble(), judge.event),
             of_moved = score_all(moved, usual_ensemble(), judge.event);
  double best = 0;
  Json quality;
  for (size_t i = 0; i < of_still.size(); ++i) {
    if (!of_still[i].is_single) continue;
    const double threshold =
        threshold_for(still, of_still[i].scores, static_cast<double>(on_quiet.days), judge);
    // It spends the whole budget on negative surges, and no account holds it back on days of several.
    const Found found = judge_alerts(moved, of_moved[i].scores, threshold, judge);
    quality[of_still[i].name] = figures(found, threshold);
    best = std::max(best, found.recall());
  }
  const double recall = static_cast<double>(on_busy.hits) / static_cast<double>(on_busy.events);
  const double a_day = static_cast<double>(on_quiet.alerts) / static_cast<double>(on_quiet.days);
  quality["busy"] = {{"days", on_busy.days},
                     {"alerts", on_busy.alerts},
                     {"suppressed", on_busy.suppressed},
                     {"events", on_busy.events}};
  return {{"values",
           {{"alerts_a_day", a_day},
            {"recall", recall},
            {"recall_over_best_single", recall - best},
            {"recall.peer", best}}},
          {"quality", quality}};
}

Json series_row(const Options&) {
  constexpr int64_t kTopics = 1000, kEntities = 100, kHours = 72;
  SeriesSet set({.bucket_minutes = 60, .least_voices = 1});
  for (int64_t hour = 0; hour < kHours; ++hour) {
    for (int64_t topic = 0; topic < kTopics; ++topic) {
      for (int64_t entity = 0; entity < kEntities; ++entity) {
        set.add({.unit = 60,
                 .begin_us = hour * kHourUs,
                 .topic = std::to_string(topic),
                 .entity = std::to_string(entity),
                 .source = "s"},
                {.messages = 2, .voices = 2, .negative = 1, .positive = 1});
      }
    }
    set.close_until((hour + 1) * kHourUs, nullptr);
  }
  if (set.watched() < static_cast<size_t>(kTopics * kEntities))
    throw Error(ErrorCode::internal, fmt::format("expected 100000 watched series, found {}", set.watched()));
  return {{"values", {{"series", set.watched()}, {"gigabytes", peak_gigabytes()}}}, {"quality", Json()}};
}

int run(const Options& options) {
  const std::map<std::string, std::function<Json(const Options&)>> rows = {
      {"monitor-ensemble", ensemble_row}, {"monitor-budget", budget_row}, {"monitor-series", series_row}};
  const auto row = rows.find(options.row);
  if (row == rows.end())
    throw Error(
        ErrorCode::invalid_argument,
        "--row: expected monitor-ensemble, monitor-budget or monitor-series, found '" + options.row + "'");
  fmt::print("{}\n", row->second(options).dump());
  return 0;
}

}  // namespace
}  // namespace heed::bench

int main(int count, char** words) {
  heed::bench::Options options;
  try {
    for (int i = 1; i < count; ++i) {
      const std::string word = words[i];
      if (word == "--row" && i + 1 < count) options.row = words[++i];
      if (word == "--seed" && i + 1 < count) options.seed = std::stoull(words[++i]);
    }
    return heed::bench::run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "monitor_bench: {}\n", error.what());
    return 2;
  }
}
