#include "search/fuse.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "base/error.h"
#include "base/nearest.h"

namespace heed::search {
namespace {

// What a list gives: its hits' parts of the sum, and that of what it lacks.
struct Parts {
  std::vector<double> of_hits;
  double otherwise = 0;
};

Parts by_rank(const Hits& list, double rank_constant) {
  Parts parts;
  for (size_t i = 0; i < list.size(); ++i)
    parts.of_hits.push_back(1 / (rank_constant + static_cast<double>(i + 1)));
  return parts;
}

Parts by_range(const Hits& list) {
  Parts parts;
  const double least = list.back().score, range = list.front().score - least;
  for (const Hit& hit : list) parts.of_hits.push_back(range > 0 ? (hit.score - least) / range : 1);
  return parts;
}

Parts by_deviation(const Hits& list) {
  Parts parts;
  const auto count = static_cast<double>(list.size());
  double mean = 0, square = 0;
  for (const Hit& hit : list) mean += hit.score / count;
  for (const Hit& hit : list) square += (hit.score - mean) * (hit.score - mean) / count;
  const double deviation = std::sqrt(square);
  for (const Hit& hit : list) parts.of_hits.push_back(deviation > 0 ? (hit.score - mean) / deviation : 0);
  parts.otherwise = parts.of_hits.back();
  return parts;
}

Parts parts_of(const Hits& list, const FuseOptions& options) {
  switch (options.fusion) {
    case Fusion::reciprocal_rank:
      return by_rank(list, options.rank_constant);
    case Fusion::min_max:
      return by_range(list);
    case Fusion::z_score:
      return by_deviation(list);
  }
  return {};
}

void check(std::span<const Hits> lists, const FuseOptions& options) {
  const auto refuse = [](const std::string& expected) {
    throw Error(ErrorCode::invalid_argument, "fuse: expected " + expected);
  };
  if (!options.weights.empty() && options.weights.size() != lists.size())
    refuse(fmt::format("a weight for each of {} lists, found {}", lists.size(), options.weights.size()));
  for (const double weight : options.weights) {
    if (!(weight >= 0 && std::isfinite(weight)))
      refuse(fmt::format("weights of at least 0, found {}", weight));
  }
  if (!(options.rank_constant >= 0 && std::isfinite(options.rank_constant)))
    refuse(fmt::format("a rank_constant of at least 0, found {}", options.rank_constant));
  if (options.limit < 1) refuse(fmt::format("a limit of at least 1, found {}", options.limit));
}

}  // namespace

Fusion parse_fusion(std::string_view name) {
  static const std::array<std::string, 3> kNames = {"reciprocal_rank", "min_max", "z_score"};
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (name == kNames[i]) return static_cast<Fusion>(i);
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("fusion: expected reciprocal_rank, min_max or z_score, found '{}'{}", name,
                          did_you_mean(name, kNames)));
}

Hits fuse(std::span<const Hits> lists, const FuseOptions& options) {
  check(lists, options);
  std::map<std::string, double, std::less<>> sums;
  for (const Hits& list : lists) {
    for (const Hit& hit : list) sums.emplace(hit.id, 0);
  }
  for (size_t l = 0; l < lists.size(); ++l) {
    if (lists[l].empty()) continue;
    const double weight = options.weights.empty() ? 1 : options.weights[l];
    const Parts parts = parts_of(lists[l], options);
    std::map<std::string_view, double> of_list;
    for (size_t i = 0; i < lists[l].size(); ++i) of_list.emplace(lists[l][i].id, parts.of_hits[i]);
    for (auto& [id, sum] : sums) {
      const auto found = of_list.find(id);
      sum += weight * (found == of_list.end() ? parts.otherwise : found->second);
    }
  }
  Hits fused;
  for (const auto& [id, sum] : sums) fused.push_back({id, sum});
  std::sort(fused.begin(), fused.end(), ranks_before);
  if (static_cast<int64_t>(fused.size()) > options.limit) fused.resize(static_cast<size_t>(options.limit));
  return fused;
}

}  // namespace heed::search
