#include "search/product_rows.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "kernels/row_scan.h"
#include "kernels/vector_clones.h"
#include "search/inner_products.h"

namespace heed::search {
namespace {

// Products of a block fit the first cache, its rounded rows, at D 64, the second.
constexpr int64_t kBlockRows = 512;
// As many running sums as AVX-512 has floats in a register.
constexpr int64_t kLanes = 16;
constexpr double kLeastSlack = 1e-5;

float widened(uint16_t value) { return std::bit_cast<float>(static_cast<uint32_t>(value) << 16U); }

// To the nearest, halves to even; what is no number stays none.
uint16_t rounded(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value)) return 0x7FC0;
  return static_cast<uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

HEED_VECTOR_CLONES
void rounded_products(const uint16_t* rows, int64_t count, const float* query, int64_t dim, float* products) {
  for (int64_t r = 0; r < count; ++r) {
    const uint16_t* const row = rows + r * dim;
    float sums[kLanes] = {};
    int64_t i = 0;
    for (; i + kLanes <= dim; i += kLanes) {
      for (int64_t lane = 0; lane < kLanes; ++lane) sums[lane] += widened(row[i + lane]) * query[i + lane];
    }
    for (int64_t lane = 0; i + lane < dim; ++lane) sums[lane] += widened(row[i + lane]) * query[i + lane];
    for (int64_t half = kLanes / 2; half > 0; half /= 2) {
      for (int64_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
    }
    products[r] = sums[0];
  }
}

bool is_better(const Product& a, const Product& b) {
  return a.value > b.value || (a.value == b.value && a.row < b.row);
}

// The best products of roundings so far, the worst in front, and everything that came within `margin` of
// them.
class Candidates {
 public:
  Candidates(int64_t limit, float margin) : limit_(static_cast<size_t>(limit)), margin_(margin) {}

  void offer(const float* products, int64_t count, int64_t first_row) {
    for (int64_t i = 0; (i = kernels::find_above(products, i, count, bound_)) < count; ++i) {
      if (std::isfinite(products[i])) add({.row = first_row + i, .value = products[i]});
    }
  }

  std::vector<Product> take() {
    std::erase_if(near_, [&](const Product& each) { return each.value < threshold_ - margin_; });
    return std::move(near_);
  }

 private:
  void add(Product product) {
    near_.push_back(product);
    if (product.value <= threshold_) return;
    if (heap_.size() == limit_) {
      std::ranges::pop_heap(heap_, is_better);
      heap_.pop_back();
    }
    heap_.push_back(product);
    std::ranges::push_heap(heap_, is_better);
    if (heap_.size() < limit_) return;
    threshold_ = heap_.front().value;
    bound_ = std::nextafter(threshold_ - margin_, -std::numeric_limits<float>::infinity());
  }

  size_t limit_;
  float margin_;
  float threshold_ = -std::numeric_limits<float>::infinity(), bound_ = threshold_;
  std::vector<Product> heap_, near_;
};

}  // namespace

void ProductRows::check(std::span<const float> vector) const {
  if (static_cast<int64_t>(vector.size()) == dim_) return;
  throw Error(ErrorCode::invalid_argument, "products: expected a vector of " + std::to_string(dim_) +
                                               " numbers, found " + std::to_string(vector.size()));
}

void ProductRows::round(int64_t number) {
  const std::span<const float> exact = row(number);
  uint16_t* const to = rounded_.data() + number * dim_;
  double error = 0.0, square = 0.0;
  for (size_t i = 0; i < exact.size(); ++i) {
    to[i] = rounded(exact[i]);
    const double difference = static_cast<double>(exact[i]) - widened(to[i]);
    error += difference * difference;
    square += static_cast<double>(exact[i]) * exact[i];
  }
  if (!std::isfinite(error) || !std::isfinite(square)) {  // too large for sums of floats
    std::fill_n(to, dim_, rounded(std::numeric_limits<float>::quiet_NaN()));
    return;
  }
  error_ = std::max(error_, static_cast<float>(std::sqrt(error)));
  length_ = std::max(length_, static_cast<float>(std::sqrt(square)));
}

void ProductRows::add(std::span<const float> row) {
  check(row);
  rows_.insert(rows_.end(), row.begin(), row.end());
  rounded_.resize(rows_.size());
  round(size_++);
}

void ProductRows::set(int64_t number, std::span<const float> row) {
  check(row);
  std::ranges::copy(row, rows_.begin() + number * dim_);
  round(number);
}

std::vector<Product> ProductRows::best(std::span<const float> query, int64_t limit, int64_t first) const {
  check(query);
  if (limit < 1)
    throw Error(ErrorCode::invalid_argument, "products: expected a limit of at least 1, found less");
  double square = 0.0;
  for (const float value : query) square += static_cast<double>(value) * value;
  // Sums of floats in another order differ by less, times both lengths.
  const double slack = kLeastSlack + static_cast<double>(dim_) * std::numeric_limits<float>::epsilon();
  const double margin = 2.0 * std::sqrt(square) * (error_ * (1.0 + slack) + slack * length_);
  Candidates candidates(limit,
                        std::nextafter(static_cast<float>(margin), std::numeric_limits<float>::infinity()));
  std::vector<float> products(kBlockRows);
  for (int64_t begin = first; begin < size_; begin += kBlockRows) {
    const int64_t count = std::min(kBlockRows, size_ - begin);
    rounded_products(rounded_.data() + begin * dim_, count, query.data(), dim_, products.data());
    candidates.offer(products.data(), count, begin);
  }
  std::vector<Product> found = candidates.take();
  for (Product& each : found)
    inner_products(rows_.data() + each.row * dim_, 1, query.data(), 1, dim_, &each.value);
  std::erase_if(found, [](const Product& each) { return !std::isfinite(each.value); });
  std::ranges::sort(found, is_better);
  if (static_cast<int64_t>(found.size()) > limit) found.resize(static_cast<size_t>(limit));
  return found;
}

}  // namespace heed::search
