#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "apps/recommend/dataset.h"
#include "base/parallel.h"
#include "infer/sequence_ranker.h"

// What ranks all items for a person, the model beside plainer ways, so that they can be judged alike.
namespace heed::apps::recommend {

// What somebody did, by the numbers of a dataset's items (Dataset::items).
struct KnownEvent {
  int32_t item = 0;
  std::string_view kind = {};
  int64_t ts_us = data::kNoTime;
};
using KnownHistory = std::vector<KnownEvent>;

class Scorer {
 public:
  virtual ~Scorer() = default;
  virtual std::string name() const = 0;
  // Scores of all items [I] for each history, one after another: [H, I]. Thread-safe.
  virtual std::vector<float> score(std::span<const KnownHistory> histories) const = 0;
};

// By how many people took it.
std::unique_ptr<Scorer> popularity_scorer(const std::vector<KnownHistory>& training, int32_t items);

// Cosine of who took both, summed over the last events of a history (Sarwar et al. 2001).
struct ItemKnnOptions {
  int64_t last_events = 20;  // of a history
  int64_t neighbours = 100;  // of an item that are kept
  double shrink = 10.0;      // added below the line: few people prove little
};
std::unique_ptr<Scorer> item_knn_scorer(const std::vector<KnownHistory>& training, int32_t items,
                                        const ItemKnnOptions& options = {});

// Implicit alternating least squares (Hu, Koren, Volinsky 2008): confidence 1 + alpha where somebody took an
// item. A history's person is solved for from its events.
struct FactorOptions {
  int64_t width = 64;
  int64_t rounds = 12;
  double alpha = 10.0;
  double ridge = 5.0;
  uint64_t seed = 1;
};
std::unique_ptr<Scorer> factor_scorer(const std::vector<KnownHistory>& training, int32_t items,
                                      const ParallelFor& parallel, const FactorOptions& options = {});

// Nearest by the cosine of tf-idf of words to the last event of a history.
std::unique_ptr<Scorer> word_scorer(const std::vector<data::Item>& items);

// A model's; items that it cannot say anything of score lowest. `ranker` must outlive it.
std::unique_ptr<Scorer> model_scorer(const infer::SequenceRanker& ranker,
                                     const std::vector<data::Item>& items);

// Each item's vector, row by row [I, D].
std::vector<float> item_vectors(const infer::SequenceRanker& ranker, const std::vector<data::Item>& items);

}  // namespace heed::apps::recommend
