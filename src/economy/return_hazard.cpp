#include "economy/return_hazard.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "economy/review_log.h"

namespace heed::economy {
namespace {

constexpr size_t kSeen = 12;  // visits, the latest
constexpr int64_t kEventFeatures = 3;
constexpr double kLeastChance = 1e-6;

float log_days(int64_t from_us, int64_t to_us) {
  const double days =
      static_cast<double>(std::max<int64_t>(0, to_us - from_us)) / static_cast<double>(kDayUs);
  return static_cast<float>(std::log1p(days) / 3);
}

std::vector<std::vector<Visit>> by_person(const VisitLog& log) {
  std::vector<std::vector<Visit>> all(log.people().size());
  for (const Visit& one : log.visits()) all[one.person].push_back(one);
  return all;
}

// The moment at which period `period` after visit `at` of a person begins.
HistoryExample moment(const std::vector<Visit>& own, size_t at, int64_t period, double period_days) {
  HistoryExample example;
  const int64_t now = own[at].time_us + static_cast<int64_t>(static_cast<double>(period) * period_days *
                                                             static_cast<double>(kDayUs));
  for (size_t k = at + 1 > kSeen ? at + 1 - kSeen : 0; k <= at; ++k) {
    example.events.push_back(log_days(own[k].time_us, now));
    example.events.push_back(k > 0 ? log_days(own[k - 1].time_us, own[k].time_us) : 0);
    example.events.push_back(0.3F * std::log1p(own[k].minutes));
  }
  const float gap = at > 0 ? log_days(own[at - 1].time_us, own[at].time_us) : 0;
  const float away = 0.5F * std::log1p(static_cast<float>(period));
  example.query = {away,
                   gap,
                   log_days(own[0].time_us, own[at].time_us),
                   0.3F * std::log1p(static_cast<float>(at)),
                   0.3F * std::log1p(own[at].minutes),
                   at == 0 ? 1.0F : 0.0F,
                   period == 0 ? 1.0F : 0.0F};
  example.fade = away;
  return example;
}

}  // namespace

void VisitLog::add(const std::string& person, const std::string& time, double minutes,
                   const std::string& where) {
  if (!(minutes >= 0) || !std::isfinite(minutes))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: expected 0 minutes or more, found {}", where, minutes));
  const auto [at, is_new] = index_.try_emplace(person, static_cast<uint32_t>(people_.size()));
  if (is_new) people_.push_back(person);
  visits_.push_back(
      {.person = at->second, .time_us = parse_time(time, where), .minutes = static_cast<float>(minutes)});
}

void VisitLog::sort() {
  if (visits_.empty()) throw Error(ErrorCode::invalid_argument, "visits: expected some, found none");
  std::ranges::stable_sort(visits_, {}, &Visit::time_us);
}

ReturnRows return_rows(const VisitLog& log, const HazardOptions& options) {
  const std::vector<std::vector<Visit>> people = by_person(log);
  const int64_t end_us = log.visits().back().time_us;
  const auto period_us = static_cast<int64_t>(options.period_days * static_cast<double>(kDayUs));
  const auto stride = static_cast<size_t>(static_cast<int64_t>(log.visits().size()) * options.periods /
                                              std::max<int64_t>(options.most_rows, 1) +
                                          1);
  ReturnRows rows;
  std::vector<size_t> seen(people.size(), 0);
  for (size_t v = 0; v < log.visits().size(); ++v) {
    const Visit& visit = log.visits()[v];
    const std::vector<Visit>& own = people[visit.person];
    const size_t at = seen[visit.person]++;
    if (v % stride != 0) continue;
    const int64_t next_us = at + 1 < own.size() ? own[at + 1].time_us : INT64_MAX;
    for (int64_t k = 0; k < options.periods; ++k) {
      const int64_t begin_us = visit.time_us + k * period_us;
      if (next_us < begin_us || begin_us + period_us > end_us) break;  // back already, or not known yet
      HistoryExample example = moment(own, at, k, options.period_days);
      example.outcome = next_us < begin_us + period_us ? 1 : 0;
      rows.examples.push_back(std::move(example));
      rows.periods.push_back(k);
    }
  }
  return rows;
}

HistoryModel fit_return(const ReturnRows& rows, const HazardOptions& options) {
  HistoryFitOptions fit = options.fit;
  fit.event_features = kEventFeatures;
  return fit_history(rows.examples, fit);
}

std::vector<double> away_curve(const HistoryModel& model, const VisitLog& log, uint32_t person,
                               const HazardOptions& options) {
  std::vector<Visit> own;
  for (const Visit& one : log.visits()) {
    if (one.person == person) own.push_back(one);
  }
  if (own.empty())
    throw Error(ErrorCode::not_found, fmt::format("visits: expected some of person {}, found none", person));
  std::vector<double> curve;
  double away = 1;
  for (int64_t k = 0; k < options.periods; ++k)
    curve.push_back(away *= 1 - model.probability(moment(own, own.size() - 1, k, options.period_days)));
  return curve;
}

HazardFigures hazard_figures(const HistoryModel& model, const ReturnRows& before, const ReturnRows& rows) {
  std::vector<double> back, all;
  const auto grow = [&](int64_t period) {
    if (static_cast<size_t>(period) < all.size()) return;
    back.resize(static_cast<size_t>(period) + 1, 0.5);  // half a row of each kind
    all.resize(static_cast<size_t>(period) + 1, 1);
  };
  for (size_t k = 0; k < before.examples.size(); ++k) {
    grow(before.periods[k]);
    back[static_cast<size_t>(before.periods[k])] += before.examples[k].outcome;
    all[static_cast<size_t>(before.periods[k])] += 1;
  }
  HazardFigures figures;
  const auto loss = [](double p, float outcome) {
    const double cut = std::clamp(p, kLeastChance, 1 - kLeastChance);
    return -std::log(outcome > 0 ? cut : 1 - cut);
  };
  for (size_t k = 0; k < rows.examples.size(); ++k) {
    grow(rows.periods[k]);
    const auto period = static_cast<size_t>(rows.periods[k]);
    ++figures.rows;
    figures.log_loss += loss(model.probability(rows.examples[k]), rows.examples[k].outcome);
    figures.by_period += loss(back[period] / all[period], rows.examples[k].outcome);
  }
  const auto count = static_cast<double>(std::max<int64_t>(figures.rows, 1));
  figures.log_loss /= count;
  figures.by_period /= count;
  return figures;
}

}  // namespace heed::economy
