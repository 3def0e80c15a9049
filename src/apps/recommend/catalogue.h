#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "apps/recommend/people_count.h"
#include "data/items.h"
#include "data/name_table.h"
#include "infer/sequence_ranker.h"
#include "search/product_rows.h"
#include "search/vector_index.h"

namespace heed::apps::recommend {

// An item as it is ranked.
struct CatalogueItem {
  data::Item item;
  std::vector<int32_t> groups;  // numbers of its tags and of its author, brand or creator
  double price = 0.0;           // 0: not known
  int64_t training_row = -1;    // of the model; -1: training never had it
  bool has_vector = false;      // the model can say something of it
};

struct CatalogueOptions {
  // Fewer items with a vector than this are searched exactly; so many or more through a graph
  // (search/vector_index.h), and those added since exactly beside it.
  int64_t approximate_from = 1'000'000;
  uint64_t seed = 1;
};

// Everything that can be recommended, with the vectors that one model gives it. Callers lock: reading takes a
// shared lock of `mutex()` for as long as references are held, put() and count() lock for themselves.
class Catalogue {
 public:
  // `ranker` must outlive it.
  Catalogue(const infer::SequenceRanker& ranker, const CatalogueOptions& options);

  std::shared_mutex& mutex() const { return mutex_; }

  // Adds or replaces an item; its vector is there when the call returns. Its number.
  int32_t put(data::Item item);
  // One more person took it. Of an item that is not there, nothing.
  void count(int32_t item, std::string_view person);
  // Those of another catalogue with the same items in the same order, whose lock is held.
  void take_counts(const Catalogue& before);
  // Builds what the approximate search needs, once many items are there.
  void build_index();

  // With the lock held:
  int32_t size() const { return static_cast<int32_t>(items_.size()); }
  std::optional<int32_t> find(std::string_view id) const { return names_.find(id); }
  const CatalogueItem& at(int32_t number) const { return items_[static_cast<size_t>(number)]; }
  std::span<const float> vector(int32_t number) const { return vectors_.row(number); }
  double people(int32_t number) const { return people_[static_cast<size_t>(number)]; }
  bool is_approximate() const { return graph_ != nullptr; }

  // The `limit` items with a vector whose product with `query` [D] is greatest, greatest first.
  std::vector<search::Product> best(std::span<const float> query, int64_t limit) const;
  // Of the exact best `limit` of `queries` [Q, D], the share that best() gives.
  double recall(std::span<const float> queries, int64_t limit) const;

  // The numbers of the items that most people took, and of the newest (by their time, else by when they
  // came), most or newest first. Up to date to a second.
  std::vector<int32_t> popular(int64_t limit) const;
  std::vector<int32_t> newest(int64_t limit) const;

 private:
  static constexpr int64_t kListLength = 1000;

  void remake_lists() const;

  const infer::SequenceRanker& ranker_;
  CatalogueOptions options_;
  size_t dim_;
  mutable std::shared_mutex mutex_;
  data::NameTable names_, groups_;
  std::vector<CatalogueItem> items_;
  search::ProductRows vectors_;  // [I, D]
  std::vector<PeopleCount> counts_;
  std::vector<double> people_;  // counts_[i].estimate()
  std::unique_ptr<search::VectorIndex> graph_;
  int32_t graph_items_ = 0;  // the first so many are in the graph
  float longest_ = 0.0F;     // of their vectors

  mutable std::mutex lists_mutex_;
  mutable std::vector<int32_t> popular_, newest_;
  mutable uint64_t lists_changes_ = ~uint64_t{0};
  mutable int64_t lists_made_us_ = 0;
  std::atomic<uint64_t> changes_{0};
};

}  // namespace heed::apps::recommend
