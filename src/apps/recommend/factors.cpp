#include <algorithm>
#include <set>

#include "apps/recommend/scorer.h"
#include "base/random.h"
#include "metrics/linear_system.h"
#include "search/inner_products.h"

namespace heed::apps::recommend {
namespace {

using Lists = std::vector<std::vector<int32_t>>;

class Factors : public Scorer {
 public:
  Factors(const std::vector<KnownHistory>& training, int32_t items, const ParallelFor& parallel,
          const FactorOptions& options)
      : options_(options), items_(items) {
    Lists taken(training.size()), takers(static_cast<size_t>(items));
    for (size_t p = 0; p < training.size(); ++p) {
      taken[p] = distinct(training[p]);
      for (const int32_t item : taken[p])
        takers[static_cast<size_t>(item)].push_back(static_cast<int32_t>(p));
    }
    Random random(options.seed);
    people_.resize(training.size() * static_cast<size_t>(options.width));
    factors_.resize(static_cast<size_t>(items * options.width));
    for (float& value : factors_) value = static_cast<float>(0.1 * random.normal());
    for (int64_t round = 0; round < options.rounds; ++round) {
      fit(taken, factors_, people_, parallel);
      fit(takers, people_, factors_, parallel);
    }
    gram_ = gram(factors_);
  }

  std::string name() const override { return "matrix factorisation"; }

  std::vector<float> score(std::span<const KnownHistory> histories) const override {
    std::vector<float> all(histories.size() * static_cast<size_t>(items_));
    std::vector<float> person(static_cast<size_t>(options_.width));
    for (size_t h = 0; h < histories.size(); ++h) {
      solve_one(distinct(histories[h]), factors_, gram_, person.data());
      search::inner_products(factors_.data(), items_, person.data(), 1, options_.width,
                             all.data() + h * static_cast<size_t>(items_));
    }
    return all;
  }

 private:
  static std::vector<int32_t> distinct(const KnownHistory& history) {
    std::set<int32_t> items;
    for (const KnownEvent& event : history) items.insert(event.item);
    return {items.begin(), items.end()};
  }

  // Y^T Y + ridge
  std::vector<double> gram(const std::vector<float>& rows) const {
    const int64_t n = options_.width;
    std::vector<double> sums(static_cast<size_t>(n * n));
    for (size_t begin = 0; begin < rows.size(); begin += static_cast<size_t>(n)) {
      for (int64_t i = 0; i < n; ++i) {
        for (int64_t j = 0; j < n; ++j)
          sums[static_cast<size_t>(i * n + j)] += static_cast<double>(rows[begin + static_cast<size_t>(i)]) *
                                                  rows[begin + static_cast<size_t>(j)];
      }
    }
    for (int64_t i = 0; i < n; ++i) sums[static_cast<size_t>(i * n + i)] += options_.ridge;
    return sums;
  }

  void solve_one(const std::vector<int32_t>& own, const std::vector<float>& others,
                 const std::vector<double>& gram, float* to) const {
    const int64_t n = options_.width;
    std::vector<double> a = gram, b(static_cast<size_t>(n));
    for (const int32_t other : own) {
      const float* const row = others.data() + other * n;
      for (int64_t i = 0; i < n; ++i) {
        b[static_cast<size_t>(i)] += (1.0 + options_.alpha) * row[i];
        for (int64_t j = 0; j <= i; ++j)
          a[static_cast<size_t>(i * n + j)] += options_.alpha * static_cast<double>(row[i]) * row[j];
      }
    }
    const std::vector<double> own_factors = metrics::solve_positive_definite(std::move(a), std::move(b));
    for (int64_t i = 0; i < n; ++i) to[i] = static_cast<float>(own_factors[static_cast<size_t>(i)]);
  }

  void fit(const Lists& lists, const std::vector<float>& others, std::vector<float>& rows,
           const ParallelFor& parallel) const {
    const std::vector<double> sums = gram(others);
    parallel(static_cast<int64_t>(lists.size()), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        solve_one(lists[static_cast<size_t>(i)], others, sums, rows.data() + i * options_.width);
    });
  }

  FactorOptions options_;
  int64_t items_;
  std::vector<float> people_, factors_;  // [P, W], [I, W]
  std::vector<double> gram_;
};

}  // namespace

std::unique_ptr<Scorer> factor_scorer(const std::vector<KnownHistory>& training, int32_t items,
                                      const ParallelFor& parallel, const FactorOptions& options) {
  return std::make_unique<Factors>(training, items, parallel, options);
}

}  // namespace heed::apps::recommend
