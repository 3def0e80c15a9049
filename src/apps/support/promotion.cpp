#include "apps/support/promotion.h"

#include <numeric>

#include <fmt/format.h>

#include "metrics/significance.h"

namespace heed::apps::support {
namespace {

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

Promotion judge_candidate(std::span<const ComparedRows> sets, double margin) {
  Promotion promotion{.promote = false, .why = {}, .table = {}};
  promotion.table = fmt::format("{:<28} {:>7} {:>8} {:>10} {:>8}  {}\n", "rows", "count", "live", "candidate",
                                "diff", "95 %");
  std::string worse;
  bool any = false;
  for (const ComparedRows& set : sets) {
    if (set.live.empty()) {
      promotion.table += fmt::format("{:<28} {:>7}\n", set.name, 0);
      continue;
    }
    any = true;
    const auto compared = metrics::paired_bootstrap(set.live.size(), metrics::mean_of_rows(set.live),
                                                    metrics::mean_of_rows(set.candidate));
    const double live = mean(set.live), candidate = mean(set.candidate), difference = candidate - live;
    promotion.table += fmt::format("{:<28} {:>7} {:>8.4f} {:>10.4f} {:>+8.4f}  {:+.4f} to {:+.4f}\n",
                                   set.name, set.live.size(), live, candidate, difference,
                                   compared.difference_interval.lower, compared.difference_interval.upper);
    if (difference < -margin) worse += fmt::format("{}{}", worse.empty() ? "" : ", ", set.name);
  }
  promotion.promote = any && worse.empty();
  promotion.why = !any            ? "kept: there are no rows to compare the models on"
                  : worse.empty() ? "promoted: on no set of rows is it worse"
                                  : fmt::format("kept: the candidate is worse on {}", worse);
  return promotion;
}

}  // namespace heed::apps::support
