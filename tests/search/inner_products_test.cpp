#include "search/inner_products.h"

#include <vector>

#include <gtest/gtest.h>

#include "search/vectors.h"

namespace heed::search {
namespace {

TEST(InnerProducts, equal_plain_sums_at_awkward_sizes) {
  for (const int64_t dim : {1, 2, 15, 16, 17, 31, 64, 100, 257}) {
    for (const int64_t queries_count : {1, 3, 4, 5, 9}) {
      const int64_t rows_count = 7;
      const std::vector<float> rows = random_vectors(rows_count, dim, 1),
                               queries = random_vectors(queries_count, dim, 2);
      std::vector<float> products(static_cast<size_t>(rows_count * queries_count));
      inner_products(rows.data(), rows_count, queries.data(), queries_count, dim, products.data());
      for (int64_t q = 0; q < queries_count; ++q) {
        for (int64_t r = 0; r < rows_count; ++r) {
          double sum = 0;
          for (int64_t i = 0; i < dim; ++i)
            sum += static_cast<double>(rows[r * dim + i]) * queries[q * dim + i];
          EXPECT_NEAR(products[q * rows_count + r], sum, 1e-4) << dim << " " << q << " " << r;
        }
      }
    }
  }
}

TEST(InnerProducts, have_the_same_bits_in_every_batch) {
  const int64_t dim = 83, count = 11;
  const std::vector<float> rows = random_vectors(count, dim, 3), queries = random_vectors(count, dim, 4);
  std::vector<float> batch(count * count);
  inner_products(rows.data(), count, queries.data(), count, dim, batch.data());
  for (int64_t q = 0; q < count; ++q) {
    for (int64_t r = 0; r < count; ++r) {
      float one = 0;
      inner_products(rows.data() + r * dim, 1, queries.data() + q * dim, 1, dim, &one);
      EXPECT_EQ(batch[q * count + r], one);
    }
  }
}

}  // namespace
}  // namespace heed::search
