#include "economy/examination.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::economy {
namespace {

constexpr double kLeast = 1e-9;

void check(std::span<const Impressions> impressions, int64_t items, int64_t positions) {
  if (items < 1 || positions < 1 || impressions.empty()) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format(
            "examination: expected impressions of items at positions, found {} of {} items at {} positions",
            impressions.size(), items, positions));
  }
  for (size_t i = 0; i < impressions.size(); ++i) {
    const Impressions& one = impressions[i];
    if (one.item < 0 || one.item >= items || one.position < 0 || one.position >= positions) {
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format("impressions[{}]: expected an item below {} and a position below {}, found {} and {}",
                      i, items, positions, one.item, one.position));
    }
    if (!(one.shown >= 0) || !(one.attended >= 0) || !std::isfinite(one.shown) || one.attended > one.shown) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("impressions[{}]: expected 0 <= attended <= shown, found {} of {}", i,
                              one.attended, one.shown));
    }
  }
}

// Positions that share an item, directly or by others, can be compared; all must be.
void check_connected(std::span<const Impressions> impressions, int64_t items, int64_t positions) {
  std::vector<int64_t> parent(static_cast<size_t>(items + positions));
  std::iota(parent.begin(), parent.end(), int64_t{0});
  const auto root = [&](int64_t node) {
    while (parent[static_cast<size_t>(node)] != node)
      node = parent[static_cast<size_t>(node)] =
          parent[static_cast<size_t>(parent[static_cast<size_t>(node)])];
    return node;
  };
  std::vector<bool> seen(static_cast<size_t>(positions), false);
  for (const Impressions& one : impressions) {
    if (one.shown <= 0) continue;
    seen[static_cast<size_t>(one.position)] = true;
    parent[static_cast<size_t>(root(items + one.position))] = root(one.item);
  }
  int64_t first = -1;
  for (int64_t position = 0; position < positions; ++position) {
    if (!seen[static_cast<size_t>(position)]) continue;
    if (first < 0) first = position;
    if (root(items + position) != root(items + first)) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("examination: expected positions that share items, found position {} without "
                              "one of those at position {}; "
                              "show some items at both",
                              position, first));
    }
  }
}

double log_likelihood(std::span<const Impressions> impressions, const Examination& model) {
  double sum = 0, shown = 0;
  for (const Impressions& one : impressions) {
    const double p = std::clamp(model.examination[static_cast<size_t>(one.position)] *
                                    model.attraction[static_cast<size_t>(one.item)],
                                kLeast, 1 - kLeast);
    sum += one.attended * std::log(p) + (one.shown - one.attended) * std::log1p(-p);
    shown += one.shown;
  }
  return shown > 0 ? sum / shown : 0.0;
}

}  // namespace

Examination fit_examination(std::span<const Impressions> impressions, int64_t items, int64_t positions,
                            const ExaminationOptions& options) {
  check(impressions, items, positions);
  check_connected(impressions, items, positions);
  Examination model{.examination = std::vector<double>(static_cast<size_t>(positions), 0.5),
                    .attraction = std::vector<double>(static_cast<size_t>(items), 0.5)};
  double before = -INFINITY;
  for (model.iterations = 1; model.iterations <= options.iterations; ++model.iterations) {
    std::vector<double> examined(model.examination.size(), options.prior / 2),
        shown_at(model.examination.size(), options.prior);
    std::vector<double> attracted(model.attraction.size(), options.prior / 2),
        shown_of(model.attraction.size(), options.prior);
    for (const Impressions& one : impressions) {
      const auto k = static_cast<size_t>(one.position), i = static_cast<size_t>(one.item);
      const double theta = model.examination[k], gamma = model.attraction[i];
      const double neither = std::max(kLeast, 1 - theta * gamma), missed = one.shown - one.attended;
      // Of those that were not attended to: looked at all the same; and attractive all the same.
      examined[k] += one.attended + missed * theta * (1 - gamma) / neither;
      attracted[i] += one.attended + missed * gamma * (1 - theta) / neither;
      shown_at[k] += one.shown;
      shown_of[i] += one.shown;
    }
    for (size_t k = 0; k < examined.size(); ++k) model.examination[k] = examined[k] / shown_at[k];
    for (size_t i = 0; i < attracted.size(); ++i) model.attraction[i] = attracted[i] / shown_of[i];
    model.log_likelihood = log_likelihood(impressions, model);
    if (model.log_likelihood - before < options.tolerance) break;
    before = model.log_likelihood;
  }
  // Only the products are known: the scale goes to the attractions.
  const double greatest = *std::ranges::max_element(model.examination);
  for (double& theta : model.examination) theta /= greatest;
  for (double& gamma : model.attraction) gamma *= greatest;
  return model;
}

}  // namespace heed::economy
