#include "search/inner_products.h"

#include "kernels/vector_clones.h"

namespace heed::search {
namespace {

// As many running sums as AVX-512 has floats in a register.
constexpr int64_t kLanes = 16;

// `Queries` of them share each load of the row, and hide the latency of one sum behind the others.
template <int Queries>
[[gnu::always_inline]] inline void row_products(const float* row, const float* queries, int64_t dim,
                                                float* products, int64_t stride) {
  float sums[Queries][kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= dim; i += kLanes) {
    for (int q = 0; q < Queries; ++q) {
      for (int64_t lane = 0; lane < kLanes; ++lane)
        sums[q][lane] += row[i + lane] * queries[q * dim + i + lane];
    }
  }
  for (int q = 0; q < Queries; ++q) {
    for (int64_t lane = 0; i + lane < dim; ++lane)
      sums[q][lane] += row[i + lane] * queries[q * dim + i + lane];
    for (int64_t half = kLanes / 2; half > 0; half /= 2) {
      for (int64_t lane = 0; lane < half; ++lane) sums[q][lane] += sums[q][lane + half];
    }
    products[q * stride] = sums[q][0];
  }
}

}  // namespace

HEED_VECTOR_CLONES
void inner_products(const float* rows, int64_t rows_count, const float* queries, int64_t queries_count,
                    int64_t dim, float* products) {
  int64_t q = 0;
  for (; q + 4 <= queries_count; q += 4) {
    for (int64_t r = 0; r < rows_count; ++r)
      row_products<4>(rows + r * dim, queries + q * dim, dim, products + q * rows_count + r, rows_count);
  }
  for (; q < queries_count; ++q) {
    for (int64_t r = 0; r < rows_count; ++r)
      row_products<1>(rows + r * dim, queries + q * dim, dim, products + q * rows_count + r, rows_count);
  }
}

float squared_length(const float* vector, int64_t dim) {
  float square = 0;
  inner_products(vector, 1, vector, 1, dim, &square);
  return square;
}

}  // namespace heed::search
