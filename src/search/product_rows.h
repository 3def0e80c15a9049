#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace heed::search {

struct Product {
  int64_t row = 0;
  float value = 0.0F;

  bool operator==(const Product&) const = default;
};

// Rows of one width, searched for those whose product with a query is greatest: exactly, and at half of the
// memory that exact products read. Each row stands twice, as floats and rounded to bfloat16. By the
// Cauchy-Schwarz inequality its product differs from that of its rounding by at most |query| |row - rounded|;
// what by its rounding is further below the best so far than both errors together cannot be one of the best.
// The few others are multiplied again as floats.
class ProductRows {
 public:
  explicit ProductRows(int64_t dim) : dim_(dim) {}

  int64_t size() const { return size_; }
  std::span<const float> row(int64_t number) const {
    return std::span(rows_).subspan(static_cast<size_t>(number * dim_), static_cast<size_t>(dim_));
  }
  void add(std::span<const float> row);
  void set(int64_t number, std::span<const float> row);

  // The `limit` (at least 1) rows from number `first` on whose product with `query` [D] is greatest, greatest
  // first, of equal ones the earlier. Rows whose product is not finite are left out. Throws invalid_argument
  // where a width is another.
  std::vector<Product> best(std::span<const float> query, int64_t limit, int64_t first = 0) const;

 private:
  void check(std::span<const float> vector) const;
  void round(int64_t number);

  int64_t dim_, size_ = 0;
  std::vector<float> rows_;        // [R, D]
  std::vector<uint16_t> rounded_;  // [R, D] bfloat16
  float error_ = 0.0F;             // the greatest |row - rounded| so far
  float length_ = 0.0F;            // the greatest |row| so far
};

}  // namespace heed::search
