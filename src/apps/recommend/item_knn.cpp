#include <algorithm>
#include <cmath>
#include <set>

#include "apps/recommend/scorer.h"

namespace heed::apps::recommend {
namespace {

// Of one person: a longer history says little more of which items go together, and costs its square.
constexpr size_t kMostItems = 500;

struct Neighbour {
  int32_t item;
  float cosine;
};

std::vector<std::vector<int32_t>> taken_items(const std::vector<KnownHistory>& training) {
  std::vector<std::vector<int32_t>> people;
  for (const KnownHistory& history : training) {
    const size_t first = history.size() > kMostItems ? history.size() - kMostItems : 0;
    std::set<int32_t> items;
    for (size_t i = first; i < history.size(); ++i) items.insert(history[i].item);
    people.emplace_back(items.begin(), items.end());
  }
  return people;
}

class ItemKnn : public Scorer {
 public:
  ItemKnn(const std::vector<KnownHistory>& training, int32_t items, const ItemKnnOptions& options)
      : options_(options), neighbours_(static_cast<size_t>(items)) {
    const auto people = taken_items(training);
    std::vector<std::vector<int32_t>> takers(static_cast<size_t>(items));
    for (size_t p = 0; p < people.size(); ++p) {
      for (const int32_t item : people[p])
        takers[static_cast<size_t>(item)].push_back(static_cast<int32_t>(p));
    }
    std::vector<float> both(static_cast<size_t>(items));
    std::vector<int32_t> met;
    for (int32_t item = 0; item < items; ++item) {
      for (const int32_t person : takers[static_cast<size_t>(item)]) {
        for (const int32_t other : people[static_cast<size_t>(person)]) {
          if (other == item) continue;
          if (both[static_cast<size_t>(other)] == 0.0F) met.push_back(other);
          both[static_cast<size_t>(other)] += 1.0F;
        }
      }
      const auto own = static_cast<double>(takers[static_cast<size_t>(item)].size());
      std::vector<Neighbour>& found = neighbours_[static_cast<size_t>(item)];
      for (const int32_t other : met) {
        const auto others = static_cast<double>(takers[static_cast<size_t>(other)].size());
        const double cosine = both[static_cast<size_t>(other)] / (std::sqrt(own * others) + options.shrink);
        found.push_back({other, static_cast<float>(cosine)});
        both[static_cast<size_t>(other)] = 0.0F;
      }
      met.clear();
      const auto kept = std::min(found.size(), static_cast<size_t>(options.neighbours));
      std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end(),
                        [](const Neighbour& a, const Neighbour& b) {
                          return a.cosine > b.cosine || (a.cosine == b.cosine && a.item < b.item);
                        });
      found.resize(kept);
      found.shrink_to_fit();
    }
  }

  std::string name() const override { return "item-kNN"; }

  std::vector<float> score(std::span<const KnownHistory> histories) const override {
    std::vector<float> all(histories.size() * neighbours_.size());
    for (size_t h = 0; h < histories.size(); ++h) {
      const KnownHistory& history = histories[h];
      const auto last = std::min(history.size(), static_cast<size_t>(options_.last_events));
      for (size_t i = history.size() - last; i < history.size(); ++i) {
        for (const Neighbour& near : neighbours_[static_cast<size_t>(history[i].item)])
          all[h * neighbours_.size() + static_cast<size_t>(near.item)] += near.cosine;
      }
    }
    return all;
  }

 private:
  ItemKnnOptions options_;
  std::vector<std::vector<Neighbour>> neighbours_;
};

}  // namespace

std::unique_ptr<Scorer> item_knn_scorer(const std::vector<KnownHistory>& training, int32_t items,
                                        const ItemKnnOptions& options) {
  return std::make_unique<ItemKnn>(training, items, options);
}

}  // namespace heed::apps::recommend
