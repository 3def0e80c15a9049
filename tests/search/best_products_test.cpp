#include "search/best_products.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

namespace heed::search {
namespace {

std::vector<float> numbers(size_t count, uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

TEST(BestProducts, are_those_of_all_products_sorted_at_awkward_sizes) {
  for (const int64_t dim : {1, 3, 16, 17, 64}) {
    for (const int64_t rows : {1, 2, 511, 512, 513, 1500}) {
      const std::vector<float> table = numbers(static_cast<size_t>(rows * dim), 3);
      const std::vector<float> queries = numbers(static_cast<size_t>(5 * dim), 4);
      const auto found = best_products(table, queries, dim, 7);
      ASSERT_EQ(found.size(), 5U);
      for (size_t q = 0; q < 5; ++q) {
        std::vector<double> all(static_cast<size_t>(rows));
        for (int64_t r = 0; r < rows; ++r)
          all[static_cast<size_t>(r)] =
              std::inner_product(table.begin() + r * dim, table.begin() + (r + 1) * dim,
                                 queries.begin() + static_cast<int64_t>(q) * dim, 0.0);
        ASSERT_EQ(found[q].size(), static_cast<size_t>(std::min<int64_t>(7, rows)));
        std::vector<double> sorted = all;
        std::ranges::sort(sorted, std::greater());
        for (size_t i = 0; i < found[q].size(); ++i) {
          EXPECT_NEAR(found[q][i].value, sorted[i], 1e-4);
          EXPECT_NEAR(all[static_cast<size_t>(found[q][i].row)], sorted[i], 1e-4);
        }
      }
    }
  }
}

TEST(BestProducts, do_not_depend_on_the_other_queries) {
  const std::vector<float> table = numbers(1000 * 24, 5), queries = numbers(9 * 24, 6);
  const auto together = best_products(table, queries, 24, 10);
  for (size_t q = 0; q < 9; ++q)
    EXPECT_EQ(best_products(table, std::span(queries).subspan(q * 24, 24), 24, 10)[0], together[q]);
}

TEST(BestProducts, take_the_earlier_of_equal_rows_and_none_that_is_not_finite) {
  const std::vector<float> table = {
      1.0F, 2.0F, 2.0F, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
      2.0F};
  const std::vector<float> query = {1.0F};
  EXPECT_EQ(best_products(table, query, 1, 2)[0], (std::vector<Product>{{1, 2.0F}, {2, 2.0F}}));
}

TEST(BestProducts, refuse_what_does_not_come_out_even) {
  const std::vector<float> three = {1.0F, 2.0F, 3.0F};
  EXPECT_THROW(best_products(three, three, 2, 1), Error);
  EXPECT_THROW(best_products(three, three, 3, 0), Error);
}

}  // namespace
}  // namespace heed::search
