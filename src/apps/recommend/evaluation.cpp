#include "apps/recommend/evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"
#include "metrics/intervals.h"
#include "metrics/ranking.h"

namespace heed::apps::recommend {
namespace {

constexpr size_t kCasesAtOnce = 64;
constexpr float kOut = std::numeric_limits<float>::lowest();

double mean(const std::vector<double>& values) {
  return values.empty()
             ? 0.0
             : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// What one case comes to.
struct CaseFigures {
  int64_t rank = 0;
  std::vector<int32_t> top;
};

CaseFigures rank_case(const EvaluationCase& next, std::span<float> scores, const EvaluationData& data,
                      const EvaluationOptions& options) {
  for (const KnownEvent& event : next.history) {
    if (event.item != next.next) scores[static_cast<size_t>(event.item)] = kOut;
  }
  if (options.new_items) {
    for (size_t i = 0; i < scores.size(); ++i) {
      if (data.popularity[i] > 0) scores[i] = kOut;
    }
  }
  CaseFigures figures{.rank = metrics::rank_of(scores, static_cast<size_t>(next.next)), .top = {}};
  if (scores[static_cast<size_t>(next.next)] == kOut) figures.rank = static_cast<int64_t>(scores.size());
  std::vector<int32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  const auto kept = std::min(order.size(), static_cast<size_t>(options.top));
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [&](int32_t a, int32_t b) {
                      const float x = scores[static_cast<size_t>(a)], y = scores[static_cast<size_t>(b)];
                      return x > y || (x == y && a < b);
                    });
  figures.top.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept));
  return figures;
}

// Shared of all; 0 of two empty ones.
double jaccard(const std::vector<int32_t>& a, const std::vector<int32_t>& b) {
  std::vector<int32_t> both;
  std::ranges::set_intersection(a, b, std::back_inserter(both));
  const size_t all = a.size() + b.size() - both.size();
  return all == 0 ? 0.0 : static_cast<double>(both.size()) / static_cast<double>(all);
}

double list_diversity(const std::vector<int32_t>& top, const EvaluationData& data) {
  double sum = 0.0;
  int64_t pairs = 0;
  for (size_t i = 0; i < top.size(); ++i) {
    for (size_t j = i + 1; j < top.size(); ++j, ++pairs)
      sum += jaccard(data.tags[static_cast<size_t>(top[i])], data.tags[static_cast<size_t>(top[j])]);
  }
  return pairs == 0 ? 0.0 : 1.0 - sum / static_cast<double>(pairs);
}

std::map<int32_t, double> tag_shares(const std::vector<int32_t>& items, const EvaluationData& data) {
  std::map<int32_t, double> shares;
  double all = 0.0;
  for (const int32_t item : items) {
    const auto& tags = data.tags[static_cast<size_t>(item)];
    for (const int32_t tag : tags) shares[tag] += 1.0 / static_cast<double>(tags.size());
    all += tags.empty() ? 0.0 : 1.0;
  }
  for (auto& [tag, share] : shares) share /= all;
  return shares;
}

double list_miscalibration(const KnownHistory& history, const std::vector<int32_t>& top,
                           const EvaluationData& data) {
  constexpr double kShareOfHistory = 0.01;  // Steck's alpha: no tag of the history is wholly missing
  std::vector<int32_t> taken;
  for (const KnownEvent& event : history) taken.push_back(event.item);
  std::map<int32_t, double> found = tag_shares(top, data);
  double sum = 0.0;
  for (const auto& [tag, share] : tag_shares(taken, data))
    sum += share * std::log(share / ((1.0 - kShareOfHistory) * found[tag] + kShareOfHistory * share));
  return sum;
}

// Hit rates of the thirds of the cases in the order of `key`.
std::vector<double> by_thirds(const std::vector<double>& hits, const std::vector<int64_t>& key) {
  std::vector<size_t> order(hits.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key[a] < key[b]; });
  std::vector<double> thirds;
  for (size_t part = 0; part < 3; ++part) {
    std::vector<double> own;
    for (size_t i = order.size() * part / 3; i < order.size() * (part + 1) / 3; ++i)
      own.push_back(hits[order[i]]);
    thirds.push_back(mean(own));
  }
  return thirds;
}

Judgement summarise(const std::string& name, const std::vector<CaseFigures>& figures,
                    const EvaluationData& data, const EvaluationOptions& options) {
  Judgement judgement;
  judgement.name = name;
  std::vector<double> reciprocal, novelty, diversity, miscalibration;
  std::vector<int64_t> activity, popularity;
  std::vector<bool> shown(data.popularity.size(), false);
  const auto people = static_cast<double>(data.training.size());
  for (size_t i = 0; i < figures.size(); ++i) {
    const auto rank = static_cast<double>(figures[i].rank);
    const bool hit = figures[i].rank <= options.top;
    judgement.hits.push_back(hit ? 1.0 : 0.0);
    judgement.ndcg.push_back(hit ? 1.0 / std::log2(rank + 1.0) : 0.0);
    reciprocal.push_back(1.0 / rank);
    for (const int32_t item : figures[i].top) {
      shown[static_cast<size_t>(item)] = true;
      novelty.push_back(-std::log2((data.popularity[static_cast<size_t>(item)] + 1.0) / (people + 1.0)));
    }
    diversity.push_back(list_diversity(figures[i].top, data));
    if (data.has_tags)
      miscalibration.push_back(list_miscalibration(data.cases[i].history, figures[i].top, data));
    activity.push_back(static_cast<int64_t>(data.cases[i].history.size()));
    popularity.push_back(data.cases[i].popularity);
  }
  judgement.hit_rate = mean(judgement.hits);
  judgement.ndcg_mean = mean(judgement.ndcg);
  judgement.mrr = mean(reciprocal);
  judgement.coverage =
      static_cast<double>(std::ranges::count(shown, true)) / static_cast<double>(shown.size());
  judgement.novelty = mean(novelty);
  const bool described = std::ranges::any_of(data.tags, [](const auto& tags) { return !tags.empty(); });
  if (described) judgement.diversity = mean(diversity);
  if (data.has_tags) judgement.miscalibration = mean(miscalibration);
  judgement.by_activity = by_thirds(judgement.hits, activity);
  judgement.by_popularity = by_thirds(judgement.hits, popularity);
  return judgement;
}

std::string optional_text(const std::optional<double>& value) {
  return value ? fmt::format("{:.3f}", *value) : "-";
}

// By how much the first is better, with its interval.
std::string difference(const std::vector<double>& first, const std::vector<double>& other) {
  std::vector<double> differences(first.size());
  for (size_t i = 0; i < first.size(); ++i) differences[i] = first[i] - other[i];
  const metrics::Interval interval = metrics::bootstrap_mean_interval(differences);
  return fmt::format("{:+.4f} [{:+.4f}, {:+.4f}]", mean(differences), interval.lower, interval.upper);
}

}  // namespace

Judgement judge(const Scorer& scorer, const EvaluationData& data, const EvaluationOptions& options,
                const ParallelFor& parallel) {
  if (data.cases.empty())
    throw Error(
        ErrorCode::invalid_argument,
        "evaluate: expected people with a history and a held-out event, found none; split again with heed "
        "recommend import");
  const size_t items = data.popularity.size();
  std::vector<CaseFigures> figures(data.cases.size());
  const size_t blocks = (data.cases.size() + kCasesAtOnce - 1) / kCasesAtOnce;
  parallel(static_cast<int64_t>(blocks), [&](int64_t first, int64_t last) {
    for (auto block = static_cast<size_t>(first); block < static_cast<size_t>(last); ++block) {
      const size_t begin = block * kCasesAtOnce, end = std::min(data.cases.size(), begin + kCasesAtOnce);
      std::vector<KnownHistory> histories;
      for (size_t i = begin; i < end; ++i) histories.push_back(data.cases[i].history);
      std::vector<float> scores = scorer.score(histories);
      for (size_t i = begin; i < end; ++i)
        figures[i] =
            rank_case(data.cases[i], std::span(scores).subspan((i - begin) * items, items), data, options);
    }
  });
  return summarise(scorer.name(), figures, data, options);
}

std::string to_table(const std::vector<Judgement>& judgements, const EvaluationOptions& options) {
  std::string text = fmt::format("{:<24}{:>8}{:>9}{:>8}{:>10}{:>9}{:>11}{:>15}\n", "",
                                 fmt::format("HR@{}", options.top), fmt::format("NDCG@{}", options.top),
                                 "MRR", "coverage", "novelty", "diversity", "miscalibration");
  for (const Judgement& each : judgements) {
    text += fmt::format("{:<24}{:>8.4f}{:>9.4f}{:>8.4f}{:>10.3f}{:>9.2f}{:>11}{:>15}\n", each.name,
                        each.hit_rate, each.ndcg_mean, each.mrr, each.coverage, each.novelty,
                        optional_text(each.diversity), optional_text(each.miscalibration));
  }
  text += fmt::format("\n{:<24}{:>36}{:>36}\n", fmt::format("HR@{}", options.top),
                      "people by events: few, some, many", "items by people: few, some, many");
  for (const Judgement& each : judgements) {
    text += fmt::format("{:<24}{:>36}{:>36}\n", each.name,
                        fmt::format("{:.4f}", fmt::join(each.by_activity, "  ")),
                        fmt::format("{:.4f}", fmt::join(each.by_popularity, "  ")));
  }
  if (judgements.size() < 2) return text;
  text += fmt::format("\n{} is better than, paired, 95 %:\n", judgements[0].name);
  for (size_t i = 1; i < judgements.size(); ++i) {
    text += fmt::format("{:<24}HR {}   NDCG {}\n", judgements[i].name,
                        difference(judgements[0].hits, judgements[i].hits),
                        difference(judgements[0].ndcg, judgements[i].ndcg));
  }
  return text;
}

Json to_json(const std::vector<Judgement>& judgements) {
  Json all = Json::array();
  for (const Judgement& each : judgements) {
    Json one = {{"name", each.name},
                {"people", each.hits.size()},
                {"hit_rate", each.hit_rate},
                {"ndcg", each.ndcg_mean},
                {"mrr", each.mrr},
                {"coverage", each.coverage},
                {"novelty", each.novelty},
                {"by_activity", each.by_activity},
                {"by_popularity", each.by_popularity}};
    one["diversity"] = each.diversity ? Json(*each.diversity) : Json();
    one["miscalibration"] = each.miscalibration ? Json(*each.miscalibration) : Json();
    for (const auto& [field, own, first] : {std::tuple("hit_rate_behind", &each.hits, &judgements[0].hits),
                                            {"ndcg_behind", &each.ndcg, &judgements[0].ndcg}}) {
      std::vector<double> differences(own->size());
      for (size_t i = 0; i < own->size(); ++i) differences[i] = (*first)[i] - (*own)[i];
      const metrics::Interval interval = metrics::bootstrap_mean_interval(differences);
      one[field] = {{"mean", mean(differences)}, {"lower", interval.lower}, {"upper", interval.upper}};
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace heed::apps::recommend
