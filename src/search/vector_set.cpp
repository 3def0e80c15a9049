#include "search/vector_set.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/utf8.h"
#include "search/inner_products.h"

namespace heed::search {
namespace {

// Vectors whose products with a block of queries are held at a time: at 256 numbers each they stay in a
// core's cache of the second level while the queries pass.
constexpr int64_t kRowBlock = 512;
constexpr int64_t kQueryBlock = 16;

[[noreturn]] void refuse(const std::string& expected) {
  throw Error(ErrorCode::invalid_argument, "vectors: expected " + expected);
}

// The best `limit` rows so far, the worst of them in front: a bounded heap.
class Best {
  using Scored = std::pair<float, int64_t>;

 public:
  Best(const VectorSet& set, int64_t limit) : set_(&set), limit_(static_cast<size_t>(limit)) {}

  void offer(float score, int64_t row) {
    const auto order = [this](const Scored& a, const Scored& b) { return before(a, b); };
    if (rows_.size() == limit_) {
      if (!before({score, row}, rows_.front())) return;
      std::pop_heap(rows_.begin(), rows_.end(), order);
      rows_.pop_back();
    }
    rows_.emplace_back(score, row);
    std::push_heap(rows_.begin(), rows_.end(), order);
  }

  Hits take() {
    std::sort_heap(rows_.begin(), rows_.end(),
                   [this](const Scored& a, const Scored& b) { return before(a, b); });
    Hits hits;
    for (const auto& [score, row] : rows_) hits.push_back({set_->id(row), score});
    return hits;
  }

 private:
  bool before(const Scored& a, const Scored& b) const {
    return a.first != b.first ? a.first > b.first : set_->id(a.second) < set_->id(b.second);
  }

  const VectorSet* set_;
  size_t limit_;
  std::vector<Scored> rows_;
};

}  // namespace

std::vector<float> unit_vector(std::span<const float> vector) {
  // Scaled by the largest first, so that squares neither vanish nor overflow.
  float largest = 0;
  for (const float value : vector) {
    if (!std::isfinite(value)) return {};
    largest = std::max(largest, std::abs(value));
  }
  if (largest == 0) return {};
  std::vector<float> unit(vector.begin(), vector.end());
  for (float& value : unit) value /= largest;
  const float length = std::sqrt(squared_length(unit.data(), static_cast<int64_t>(unit.size())));
  for (float& value : unit) value /= length;
  return unit;
}

VectorSet::VectorSet(int64_t dim, std::string origin) : dim_(dim), origin_(std::move(origin)) {
  if (dim < 1 || dim > kMaxVectorDim)
    refuse(fmt::format("1 to {} numbers a vector, found {}", kMaxVectorDim, dim));
  if (find_invalid_utf8(origin_) != std::string::npos) refuse("an origin in UTF-8, found broken bytes");
}

void VectorSet::add(const std::string& id, std::span<const float> vector) {
  if (mapped_) refuse("a set made in memory to add to, found a file's; make another and save that");
  if (static_cast<int64_t>(vector.size()) != dim_)
    refuse(fmt::format("{} numbers for '{}', found {}", dim_, id, vector.size()));
  const std::vector<float> unit = unit_vector(vector);
  if (unit.empty())
    refuse(fmt::format("a vector with a direction for '{}', found zeros or numbers not finite", id));
  if (id.empty() || find_invalid_utf8(id) != std::string::npos)
    refuse("an id in UTF-8, found none or broken bytes");
  if (!rows_.emplace(id, size()).second) refuse(fmt::format("each id once, found '{}' again", id));
  ids_.push_back(id);
  values_.insert(values_.end(), unit.begin(), unit.end());
}

std::span<const float> VectorSet::vector(int64_t row) const {
  return {values() + row * dim_, static_cast<size_t>(dim_)};
}

std::optional<int64_t> VectorSet::row(const std::string& id) const {
  const auto found = rows_.find(id);
  if (found == rows_.end()) return std::nullopt;
  return found->second;
}

Hits VectorSet::find(std::span<const float> query, int64_t limit) const {
  if (static_cast<int64_t>(query.size()) != dim_)
    refuse(fmt::format("a query of {} numbers, found {}", dim_, query.size()));
  return std::move(find_each(query, limit).front());
}

std::vector<Hits> VectorSet::find_each(std::span<const float> queries, int64_t limit,
                                       const ParallelFor& parallel_for) const {
  const auto width = static_cast<size_t>(dim_);
  if (queries.size() % width != 0)
    refuse(fmt::format("queries of {} numbers each, found {} numbers", dim_, queries.size()));
  if (limit < 1) refuse(fmt::format("a limit of at least 1, found {}", limit));
  const size_t count = queries.size() / width;
  std::vector<Hits> found(count);
  const auto blocks = static_cast<int64_t>((count + kQueryBlock - 1) / kQueryBlock);
  parallel_for(blocks, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const auto first = static_cast<size_t>(block * kQueryBlock);
      const size_t taken = std::min<size_t>(kQueryBlock, count - first);
      find_block(queries.subspan(first * width, taken * width), limit,
                 std::span(found).subspan(first, taken));
    }
  });
  return found;
}

void VectorSet::find_block(std::span<const float> queries, int64_t limit, std::span<Hits> found) const {
  const auto width = static_cast<size_t>(dim_);
  std::vector<float> units;
  std::vector<size_t> asked;  // which of `found` each unit vector is for
  for (size_t q = 0; q < found.size(); ++q) {
    const std::vector<float> unit = unit_vector(queries.subspan(q * width, width));
    if (unit.empty()) continue;
    units.insert(units.end(), unit.begin(), unit.end());
    asked.push_back(q);
  }
  std::vector<Best> best(asked.size(), Best(*this, limit));
  std::vector<float> products(asked.size() * kRowBlock);
  for (int64_t first = 0; first < size(); first += kRowBlock) {
    const int64_t rows = std::min(kRowBlock, size() - first);
    inner_products(values() + first * dim_, rows, units.data(), static_cast<int64_t>(asked.size()), dim_,
                   products.data());
    for (size_t q = 0; q < asked.size(); ++q) {
      for (int64_t r = 0; r < rows; ++r)
        best[q].offer(products[q * static_cast<size_t>(rows) + static_cast<size_t>(r)], first + r);
    }
  }
  for (size_t q = 0; q < asked.size(); ++q) found[asked[q]] = best[q].take();
}

}  // namespace heed::search
