#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/files.h"
#include "base/parallel.h"
#include "search/hit.h"

namespace heed::search {

constexpr int64_t kMaxVectorDim = 65536;

// Unit vectors by id, searched exactly: score = <query, vector>, the query made a unit vector too, in fp32. A
// score does not depend on the batch it was asked in. Reading calls may be made by any number of threads at
// once, not beside `add`.
class VectorSet {
 public:
  // `origin` names what the vectors come from (a model and its version), for the caller to compare.
  VectorSet(int64_t dim, std::string origin);

  // [D]. Throws invalid_argument where the id is empty or there already, the length is another, the vector
  // has no direction (zero, not finite), or the set is a file's.
  void add(const std::string& id, std::span<const float> vector);

  // One file (docs/formats.md), mapped and not copied, read once from end to end. Throws not_found,
  // corrupt_data, unsupported.
  static VectorSet open(const std::filesystem::path& path);
  // To the side, then renamed.
  void save(const std::filesystem::path& path) const;

  int64_t size() const { return static_cast<int64_t>(ids_.size()); }
  int64_t dim() const { return dim_; }
  const std::string& origin() const { return origin_; }
  const std::string& id(int64_t row) const { return ids_[static_cast<size_t>(row)]; }
  std::span<const float> vector(int64_t row) const;
  std::optional<int64_t> row(const std::string& id) const;

  // The `limit` nearest. A query without direction finds nothing. Throws invalid_argument where its length is
  // not D, or the limit is below 1.
  Hits find(std::span<const float> query, int64_t limit) const;
  // For each of `queries` [Q, D], row by row.
  std::vector<Hits> find_each(std::span<const float> queries, int64_t limit,
                              const ParallelFor& parallel_for = run_serially) const;

 private:
  const float* values() const { return mapped_ ? mapped_values_ : values_.data(); }
  void find_block(std::span<const float> queries, int64_t limit, std::span<Hits> found) const;

  int64_t dim_;
  std::string origin_;
  std::vector<std::string> ids_;
  std::unordered_map<std::string, int64_t> rows_;
  std::vector<float> values_;  // [N, D], where it is not a mapped file
  std::unique_ptr<MappedFile> mapped_;
  const float* mapped_values_ = nullptr;
};

// `vector` at length 1; empty where it has no direction.
std::vector<float> unit_vector(std::span<const float> vector);

}  // namespace heed::search
