#include <algorithm>
#include <limits>

#include "apps/recommend/scorer.h"
#include "search/inner_products.h"

namespace heed::apps::recommend {
namespace {

class ModelScorer : public Scorer {
 public:
  ModelScorer(const infer::SequenceRanker& ranker, const std::vector<data::Item>& items)
      : ranker_(ranker), items_(static_cast<int64_t>(items.size())), vectors_(item_vectors(ranker, items)) {
    const auto dim = static_cast<size_t>(ranker.dim());
    for (size_t i = 0; i < items.size(); ++i) {
      const std::span<const float> vector = vector_of(i);
      if (std::ranges::all_of(vector, [](float value) { return value == 0.0F; })) unknown_.push_back(i);
    }
    empty_.resize(dim);
  }

  std::string name() const override { return "model"; }

  std::vector<float> score(std::span<const KnownHistory> histories) const override {
    std::vector<std::vector<infer::SequenceEvent>> events;
    for (const KnownHistory& history : histories) events.push_back(events_of(history));
    std::vector<float> queries;
    for (const infer::EncodedHistory& encoded : ranker_.encode(events))
      queries.insert(queries.end(), encoded.query.begin(), encoded.query.end());
    std::vector<float> scores(histories.size() * static_cast<size_t>(items_));
    search::inner_products(vectors_.data(), items_, queries.data(), static_cast<int64_t>(histories.size()),
                           ranker_.dim(), scores.data());
    for (size_t h = 0; h < histories.size(); ++h) {
      for (const size_t item : unknown_)
        scores[h * static_cast<size_t>(items_) + item] = std::numeric_limits<float>::lowest();
    }
    return scores;
  }

 private:
  std::span<const float> vector_of(size_t item) const {
    const auto dim = static_cast<size_t>(ranker_.dim());
    return std::span(vectors_).subspan(item * dim, dim);
  }

  std::vector<infer::SequenceEvent> events_of(const KnownHistory& history) const {
    std::vector<infer::SequenceEvent> events;
    int64_t before_us = data::kNoTime;
    for (const KnownEvent& event : history) {
      const bool timed = before_us != data::kNoTime && event.ts_us != data::kNoTime;
      const bool known = !std::ranges::binary_search(unknown_, static_cast<size_t>(event.item));
      if (known)
        events.push_back({.item = vector_of(static_cast<size_t>(event.item)),
                          .kind = ranker_.kind(event.kind),
                          .gap_seconds = timed ? static_cast<double>(event.ts_us - before_us) * 1e-6 : -1.0});
      before_us = known ? event.ts_us : before_us;
    }
    if (events.empty()) events.push_back({.item = empty_});
    return events;
  }

  const infer::SequenceRanker& ranker_;
  int64_t items_;
  std::vector<float> vectors_;   // [I, D]
  std::vector<size_t> unknown_;  // items of which nothing is known, rising
  std::vector<float> empty_;     // stands for a history of such items alone
};

}  // namespace

std::vector<float> item_vectors(const infer::SequenceRanker& ranker, const std::vector<data::Item>& items) {
  std::vector<float> vectors;
  vectors.reserve(items.size() * static_cast<size_t>(ranker.dim()));
  for (const data::Item& item : items) {
    const std::vector<float> vector = ranker.item_vector(ranker.row(item.id), item.words());
    vectors.insert(vectors.end(), vector.begin(), vector.end());
  }
  return vectors;
}

std::unique_ptr<Scorer> model_scorer(const infer::SequenceRanker& ranker,
                                     const std::vector<data::Item>& items) {
  return std::make_unique<ModelScorer>(ranker, items);
}

}  // namespace heed::apps::recommend
