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

// For each query of `queries` [Q, D] the `limit` (at least 1) rows of `rows` [R, D] whose product with it is
// greatest, greatest first, of equal ones the earlier. Block by block: a block's rows are read once for all
// queries, and no product is kept that is not among the best so far. A value does not depend on the other
// queries. Rows whose product is not finite are left out.
std::vector<std::vector<Product>> best_products(std::span<const float> rows, std::span<const float> queries,
                                                int64_t dim, int64_t limit);

}  // namespace heed::search
