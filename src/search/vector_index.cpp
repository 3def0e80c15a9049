#include "search/vector_index.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <hnswlib/hnswlib.h>

#include "base/error.h"
#include "search/inner_products.h"

namespace heed::search {
namespace {

void check(const VectorIndexOptions& options) {
  const auto range = [](int64_t value, int64_t min, int64_t max, const char* name) {
    if (value < min || value > max)
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("vectors: expected {} from {} to {}, found {}", name, min, max, value));
  };
  range(options.approximate_from, 0, std::numeric_limits<int64_t>::max(), "approximate_from");
  range(options.links, 2, 256, "links");
  range(options.build_width, 1, 1 << 16, "build_width");
  range(options.search_width, 1, 1 << 16, "search_width");
}

}  // namespace

struct VectorIndex::Graph {
  Graph(const VectorSet& vectors, const VectorIndexOptions& options)
      : space(static_cast<size_t>(vectors.dim())),
        graph(&space, static_cast<size_t>(vectors.size()), static_cast<size_t>(options.links),
              static_cast<size_t>(options.build_width), options.seed) {
    for (int64_t row = 0; row < vectors.size(); ++row)
      graph.addPoint(vectors.vector(row).data(), static_cast<hnswlib::labeltype>(row));
    graph.setEf(static_cast<size_t>(options.search_width));
  }

  hnswlib::InnerProductSpace space;
  hnswlib::HierarchicalNSW<float> graph;
};

VectorIndex::VectorIndex(VectorSet vectors, const VectorIndexOptions& options)
    : vectors_(std::move(vectors)) {
  check(options);
  if (vectors_.size() == 0 || vectors_.size() < options.approximate_from) return;
  try {
    graph_ = std::make_unique<Graph>(vectors_, options);
  } catch (const std::runtime_error& problem) {
    throw Error(ErrorCode::internal,
                std::string("vectors: expected to build a graph, found: ") + problem.what());
  }
}

VectorIndex::VectorIndex(VectorIndex&& other) noexcept = default;
VectorIndex::~VectorIndex() = default;

Hits VectorIndex::find(std::span<const float> query, int64_t limit) const {
  if (!graph_ || static_cast<int64_t>(query.size()) != vectors_.dim() || limit < 1 ||
      limit >= vectors_.size())
    return vectors_.find(query, limit);
  const std::vector<float> unit = unit_vector(query);
  if (unit.empty()) return {};
  auto nearest = graph_->graph.searchKnn(unit.data(), static_cast<size_t>(limit));
  Hits hits;
  for (; !nearest.empty(); nearest.pop()) {
    const auto row = static_cast<int64_t>(nearest.top().second);
    float score = 0;  // as the exact search has it
    inner_products(vectors_.vector(row).data(), 1, unit.data(), 1, vectors_.dim(), &score);
    hits.push_back({vectors_.id(row), score});
  }
  std::sort(hits.begin(), hits.end(), ranks_before);
  return hits;
}

double VectorIndex::recall(std::span<const float> queries, int64_t limit) const {
  const auto width = static_cast<size_t>(vectors_.dim());
  int64_t wanted = 0, found = 0;
  const std::vector<Hits> exact = vectors_.find_each(queries, limit);
  for (size_t q = 0; q < exact.size(); ++q) {
    std::set<std::string> ids;
    for (const Hit& hit : find(queries.subspan(q * width, width), limit)) ids.insert(hit.id);
    for (const Hit& hit : exact[q]) found += static_cast<int64_t>(ids.count(hit.id));
    wanted += static_cast<int64_t>(exact[q].size());
  }
  if (wanted == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(found) / static_cast<double>(wanted);
}

}  // namespace heed::search
