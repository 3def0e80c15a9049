#include <algorithm>
#include <set>

#include "apps/recommend/scorer.h"

namespace heed::apps::recommend {
namespace {

class Popularity : public Scorer {
 public:
  Popularity(const std::vector<KnownHistory>& training, int32_t items) : counts_(static_cast<size_t>(items)) {
    for (const KnownHistory& history : training) {
      std::set<int32_t> taken;  // a person counts once
      for (const KnownEvent& event : history) taken.insert(event.item);
      for (const int32_t item : taken) counts_[static_cast<size_t>(item)] += 1.0F;
    }
  }

  std::string name() const override { return "popularity"; }

  std::vector<float> score(std::span<const KnownHistory> histories) const override {
    std::vector<float> all;
    for (size_t i = 0; i < histories.size(); ++i) all.insert(all.end(), counts_.begin(), counts_.end());
    return all;
  }

 private:
  std::vector<float> counts_;
};

}  // namespace

std::unique_ptr<Scorer> popularity_scorer(const std::vector<KnownHistory>& training, int32_t items) {
  return std::make_unique<Popularity>(training, items);
}

}  // namespace heed::apps::recommend
