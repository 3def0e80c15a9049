#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "search/vector_set.h"

namespace heed::search {

struct VectorIndexOptions {
  // Fewer vectors than this are searched exactly; so many or more through a graph.
  int64_t approximate_from = 50000;
  // The graph (HNSW, arXiv:1603.09320): links a vector and layer (M), candidates while building and while
  // searching.
  int64_t links = 16;
  int64_t build_width = 200;
  int64_t search_width = 128;
  uint64_t seed = 1;
};

// A VectorSet that is searched exactly while it is small, and approximately beyond: most of the nearest are
// found in time that grows with the logarithm of their number. Scores are exact in either case. The graph is
// built by the constructor, on one thread, and so is the same each time. Every call may be made by any number
// of threads at once.
class VectorIndex {
 public:
  explicit VectorIndex(VectorSet vectors, const VectorIndexOptions& options = {});
  VectorIndex(VectorIndex&& other) noexcept;
  ~VectorIndex();

  bool is_approximate() const { return graph_ != nullptr; }
  const VectorSet& vectors() const { return vectors_; }

  // As VectorSet::find.
  Hits find(std::span<const float> query, int64_t limit) const;

  // Of the true `limit` nearest of `queries` [Q, D], the share that `find` gives: 1 where it is exact. NaN
  // without queries or vectors.
  double recall(std::span<const float> queries, int64_t limit) const;

 private:
  struct Graph;
  VectorSet vectors_;
  std::unique_ptr<Graph> graph_;
};

}  // namespace heed::search
