#pragma once

#include <cstdint>

namespace heed::search {

// products[q * rows_count + r] = <queries[q], rows[r]> for row-major rows [R, D] and queries [Q, D]. Each is
// added up in an order of its own that no other row or query changes: 16 running sums, then those.
void inner_products(const float* rows, int64_t rows_count, const float* queries, int64_t queries_count,
                    int64_t dim, float* products);

// Of one vector with itself.
float squared_length(const float* vector, int64_t dim);

}  // namespace heed::search
