#include "apps/monitor/backtest.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/threads.h"

namespace heed::apps::monitor {
namespace {

double ratio(int64_t part, int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0.0;
}

// Buckets where the score rises to the threshold after it has been below it for a while.
std::vector<size_t> raised(const std::vector<double>& scores, double threshold, const Judge& judge) {
  std::vector<size_t> buckets;
  size_t below = judge.quiet;
  for (size_t i = 0; i < scores.size(); ++i) {
    const bool is_above = scores[i] >= threshold;
    if (is_above && below >= judge.quiet && i >= judge.warm) buckets.push_back(i);
    below = is_above ? 0 : below + 1;
  }
  return buckets;
}

void judge_one(const WatchedSeries& series, const std::vector<double>& scores, double threshold,
               const Judge& judge, Found& found) {
  std::vector<bool> hit(series.events.size(), false);
  for (const size_t bucket : raised(scores, threshold, judge)) {
    ++found.alerts;
    bool is_explained = false;
    for (size_t e = 0; e < hit.size(); ++e) {
      const InjectedEvent& event = series.events[e];
      if (event.event != judge.event || bucket < event.begin || bucket >= event.end + judge.grace) continue;
      is_explained = true;
      if (!hit[e]) found.delays.push_back(static_cast<double>(bucket - event.begin));
      hit[e] = true;
    }
    found.false_alerts += !is_explained;
  }
  for (size_t e = 0; e < hit.size(); ++e) {
    if (series.events[e].event != judge.event || series.events[e].begin < judge.warm) continue;
    ++found.events;
    found.hits += hit[e];
  }
}

// Features of every bucket of every series, flat.
using Features = std::vector<std::vector<double>>;

Features features_of(const std::vector<WatchedSeries>& series) {
  Features features;
  for (const WatchedSeries& one : series) {
    std::vector<double>& flat = features.emplace_back();
    for (const Votes& votes : one.votes) {
      const std::vector<double> seen = Ensemble::features(votes);
      flat.insert(flat.end(), seen.begin(), seen.end());
    }
  }
  return features;
}

void add_feature(Scores& scores, const Features& features, size_t which, double weight) {
  for (size_t i = 0; i < scores.size(); ++i) {
    for (size_t bucket = 0; bucket < scores[i].size(); ++bucket)
      scores[i][bucket] += weight * features[i][bucket * Ensemble::kWidth + which];
  }
}

// The mean F1 at rates of false alerts that people bear.
double worth(const std::vector<WatchedSeries>& series, const Scores& scores, const Judge& judge) {
  double buckets = 0, sum = 0;
  for (const WatchedSeries& one : series) buckets += static_cast<double>(one.votes.size() - judge.warm);
  for (const double a_month : {0.1, 0.25, 0.5}) {
    const double threshold = threshold_for(series, scores, a_month * buckets / 720, judge);
    sum += judge_alerts(series, scores, threshold, judge).f1() / 3;
  }
  return sum;
}

// From the joint filter alone, weights are moved one after another as long as F1 gains by it.
std::vector<double> fit_weights(const std::vector<WatchedSeries>& series, const Judge& judge) {
  constexpr double kLeastGain = 0.004;
  const Features features = features_of(series);
  std::vector<double> weights(Ensemble::kWidth, 0.0);
  const size_t joint = judge.event == Event::volume_burst ? 1 : 0;
  Scores scores;
  for (const WatchedSeries& one : series) scores.emplace_back(one.votes.size(), 0.0);
  weights[joint] = 1;
  add_feature(scores, features, joint, 1);
  double best = worth(series, scores, judge);
  for (const double step : {0.4, 0.2}) {
    for (size_t i = 0; i < weights.size(); ++i) {
      for (const double move : {step, -step}) {
        if (i == joint) continue;
        Scores moved = scores;
        add_feature(moved, features, i, move);
        const double value = worth(series, moved, judge);
        if (value < best + kLeastGain) continue;
        best = value;
        weights[i] += move;
        scores = std::move(moved);
        break;
      }
    }
  }
  return weights;
}

std::vector<FalseRate> false_rates(const std::vector<WatchedSeries>& series, const Scores& scores,
                                   const Judge& judge) {
  double buckets = 0;
  for (const WatchedSeries& one : series) buckets += static_cast<double>(one.votes.size() - judge.warm);
  std::vector<FalseRate> rates;
  // Fewer than ten alerts would not tell a rate.
  for (double most = buckets / 50; most >= 10; most /= 2) {
    const double threshold = threshold_for(series, scores, most, judge);
    const auto alerts = static_cast<double>(judge_alerts(series, scores, threshold, judge).alerts);
    const bool is_further =
        rates.empty() || (threshold > rates.back().score && alerts / buckets < rates.back().a_bucket);
    if (alerts > 0 && is_further) rates.push_back({threshold, alerts / buckets});
  }
  return rates;
}

}  // namespace

WatchedSeries watch_series(const SimulatedSeries& series, double bucket_hours) {
  Watch watch(bucket_hours);
  WatchedSeries watched = {.votes = {}, .events = series.events};
  watched.votes.reserve(series.buckets.size());
  for (const Bucket& bucket : series.buckets) watched.votes.push_back(watch.update(bucket));
  return watched;
}

std::vector<WatchedSeries> watch_simulated(uint64_t first, uint64_t last, const SimulateOptions& options) {
  std::vector<WatchedSeries> watched(last - first + 1);
  on_threads(thread_count(0))(static_cast<int64_t>(watched.size()), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      watched[static_cast<size_t>(i)] =
          watch_series(simulate_series(first + static_cast<uint64_t>(i), options), options.bucket_hours);
    }
  });
  return watched;
}

double Found::recall() const { return ratio(hits, events); }
double Found::precision() const { return ratio(hits, hits + false_alerts); }

double Found::f1() const {
  const double sum = recall() + precision();
  return sum > 0 ? 2 * recall() * precision() / sum : 0.0;
}

double Found::median_delay() const {
  if (delays.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> sorted = delays;
  std::ranges::sort(sorted);
  return sorted[sorted.size() / 2];
}

Found judge_alerts(const std::vector<WatchedSeries>& series, const Scores& scores, double threshold,
                   const Judge& judge) {
  Found found;
  for (size_t i = 0; i < series.size(); ++i) judge_one(series[i], scores[i], threshold, judge, found);
  return found;
}

double threshold_for(const std::vector<WatchedSeries>& series, const Scores& scores, double most,
                     const Judge& judge) {
  std::vector<double> values;
  for (const std::vector<double>& one : scores) values.insert(values.end(), one.begin(), one.end());
  std::ranges::sort(values);
  // More buckets above than false alerts allowed: the threshold lies among the upper ones.
  double low = values[values.size() / 2], high = values.back() + 1;
  for (int i = 0; i < 40 && low < high; ++i) {
    const double middle = (low + high) / 2;
    (static_cast<double>(judge_alerts(series, scores, middle, judge).false_alerts) > most ? low : high) =
        middle;
  }
  return high;
}

std::vector<Scorer> score_all(const std::vector<WatchedSeries>& series, const Ensemble& ensemble,
                              Event event) {
  constexpr std::array<std::string_view, kSignals> kSignalNames = {"negative", "share", "volume"};
  std::vector<Scorer> scorers;
  const auto add = [&](std::string name, bool is_single, const auto& score) {
    Scorer scorer = {.name = std::move(name), .is_single = is_single, .scores = {}};
    for (const WatchedSeries& one : series) {
      std::vector<double>& scores = scorer.scores.emplace_back();
      scores.reserve(one.votes.size());
      for (const Votes& votes : one.votes) scores.push_back(score(votes));
    }
    scorers.push_back(std::move(scorer));
  };
  for (size_t signal = 0; signal < kSignals; ++signal) {
    // A volume burst is told by the volume alone, a surge by any of the three.
    if (event == Event::volume_burst && signal != static_cast<size_t>(Signal::volume)) continue;
    for (size_t detector = 0; detector < kDetectors; ++detector) {
      add(std::string(kSignalNames[signal]) + "/" + std::string(kDetectorNames[detector]), true,
          [=](const Votes& votes) { return votes.scores[signal][detector]; });
    }
  }
  add("joint", false, [=](const Votes& votes) {
    return event == Event::volume_burst ? votes.joint.burst : votes.joint.surge;
  });
  add("ensemble", false, [&](const Votes& votes) { return ensemble.score(event, votes); });
  return scorers;
}

Ensemble fit_ensemble(const std::vector<WatchedSeries>& series,
                      const std::vector<WatchedSeries>& quiet_series, const Judge& judge) {
  Ensemble ensemble;
  for (size_t e = 0; e < Ensemble::kVoted; ++e) {
    Judge of_event = judge;
    of_event.event = static_cast<Event>(e);
    ensemble.models[e].weights = fit_weights(series, of_event);
    Scores scores;
    for (const WatchedSeries& one : quiet_series) {
      std::vector<double>& of_series = scores.emplace_back();
      for (const Votes& votes : one.votes) of_series.push_back(ensemble.score(of_event.event, votes));
    }
    ensemble.models[e].rates = false_rates(quiet_series, scores, of_event);
  }
  return ensemble;
}

}  // namespace heed::apps::monitor
