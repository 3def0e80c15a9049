#include "search/best_products.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "kernels/row_scan.h"
#include "search/inner_products.h"

namespace heed::search {
namespace {

// Products of a block fit the first cache: 512 floats a query; its rows, at D 64, the second.
constexpr int64_t kBlockRows = 512;

bool is_better(const Product& a, const Product& b) {
  return a.value > b.value || (a.value == b.value && a.row < b.row);
}

// The best so far, the worst of them in front.
class Best {
 public:
  explicit Best(int64_t limit) : limit_(static_cast<size_t>(limit)) {}

  void offer(const float* products, int64_t count, int64_t first_row) {
    for (int64_t i = 0; (i = kernels::find_above(products, i, count, threshold_)) < count; ++i) {
      if (std::isfinite(products[i])) add({.row = first_row + i, .value = products[i]});
    }
  }

  std::vector<Product> take() {
    std::ranges::sort(heap_, is_better);
    return std::move(heap_);
  }

 private:
  void add(Product product) {
    if (heap_.size() == limit_) {
      std::ranges::pop_heap(heap_, is_better);
      heap_.pop_back();
    }
    heap_.push_back(product);
    std::ranges::push_heap(heap_, is_better);
    // Rows come in order, so that an equal one later is never better.
    if (heap_.size() == limit_) threshold_ = heap_.front().value;
  }

  size_t limit_;
  float threshold_ = -std::numeric_limits<float>::infinity();
  std::vector<Product> heap_;
};

}  // namespace

std::vector<std::vector<Product>> best_products(std::span<const float> rows, std::span<const float> queries,
                                                int64_t dim, int64_t limit) {
  if (dim < 1 || limit < 1 || rows.size() % static_cast<size_t>(dim) != 0 ||
      queries.size() % static_cast<size_t>(dim) != 0)
    throw Error(ErrorCode::invalid_argument,
                "best products: expected whole rows of a width and a limit of at least 1, found others");
  const auto row_count = static_cast<int64_t>(rows.size()) / dim;
  const auto query_count = static_cast<int64_t>(queries.size()) / dim;
  std::vector<Best> best(static_cast<size_t>(query_count), Best(limit));
  std::vector<float> products(static_cast<size_t>(query_count * kBlockRows));
  for (int64_t begin = 0; begin < row_count; begin += kBlockRows) {
    const int64_t count = std::min(kBlockRows, row_count - begin);
    inner_products(rows.data() + begin * dim, count, queries.data(), query_count, dim, products.data());
    for (int64_t q = 0; q < query_count; ++q)
      best[static_cast<size_t>(q)].offer(products.data() + q * count, count, begin);
  }
  std::vector<std::vector<Product>> found;
  for (Best& each : best) found.push_back(each.take());
  return found;
}

}  // namespace heed::search
