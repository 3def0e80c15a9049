#include "search/product_rows.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "search/inner_products.h"

namespace heed::search {
namespace {

std::vector<float> numbers(size_t count, uint64_t seed, double scale = 1.0) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(scale * random.normal());
  return values;
}

ProductRows rows_of(const std::vector<float>& table, int64_t dim) {
  ProductRows rows(dim);
  for (size_t at = 0; at < table.size(); at += static_cast<size_t>(dim))
    rows.add(std::span(table).subspan(at, static_cast<size_t>(dim)));
  return rows;
}

// Every product, sorted.
std::vector<Product> all_of(const ProductRows& rows, std::span<const float> query, int64_t limit,
                            int64_t first) {
  std::vector<Product> all;
  for (int64_t r = first; r < rows.size(); ++r) {
    all.push_back({.row = r});
    inner_products(rows.row(r).data(), 1, query.data(), 1, static_cast<int64_t>(query.size()),
                   &all.back().value);
  }
  std::ranges::stable_sort(all, [](const Product& a, const Product& b) { return a.value > b.value; });
  if (static_cast<int64_t>(all.size()) > limit) all.resize(static_cast<size_t>(limit));
  return all;
}

TEST(ProductRows, gives_exactly_the_best_of_all_products_at_awkward_sizes) {
  for (const int64_t dim : {1, 3, 16, 17, 64}) {
    for (const int64_t count : {1, 2, 511, 512, 513, 3000}) {
      const ProductRows rows = rows_of(numbers(static_cast<size_t>(count * dim), 3), dim);
      for (uint64_t seed = 4; seed < 8; ++seed) {
        const std::vector<float> query =
            numbers(static_cast<size_t>(dim), seed, 1e-3 * static_cast<double>(seed));
        EXPECT_EQ(rows.best(query, 7), all_of(rows, query, 7, 0)) << dim << " " << count;
        EXPECT_EQ(rows.best(query, 200, count / 2), all_of(rows, query, 200, count / 2))
            << dim << " " << count;
      }
    }
  }
}

// Rows that differ by less than bfloat16 can tell.
TEST(ProductRows, tells_apart_what_its_roundings_cannot) {
  Random random(5);
  const std::vector<float> centre = numbers(64, 9);
  std::vector<float> table;
  for (int row = 0; row < 2000; ++row)
    for (const float value : centre) table.push_back(value + static_cast<float>(1e-4 * random.normal()));
  const ProductRows rows = rows_of(table, 64);
  EXPECT_EQ(rows.best(centre, 10), all_of(rows, centre, 10, 0));
}

TEST(ProductRows, a_row_that_is_set_again_is_found_as_it_is_now) {
  ProductRows rows = rows_of(numbers(100 * 8, 1), 8);
  const std::vector<float> query = numbers(8, 2);
  std::vector<float> along;
  for (const float value : query) along.push_back(1000 * value);
  rows.set(42, along);
  EXPECT_EQ(rows.best(query, 1)[0].row, 42);
  EXPECT_EQ(rows.best(query, 5), all_of(rows, query, 5, 0));
}

TEST(ProductRows, takes_the_earlier_of_equal_rows_and_none_that_is_not_finite) {
  const ProductRows rows = rows_of({1.0F, 2.0F, 2.0F, std::numeric_limits<float>::quiet_NaN(),
                                    std::numeric_limits<float>::infinity(), 2.0F},
                                   1);
  const std::vector<float> query = {1.0F};
  EXPECT_EQ(rows.best(query, 2), (std::vector<Product>{{1, 2.0F}, {2, 2.0F}}));
  EXPECT_EQ(rows.best(query, 9).size(), 4U);
}

TEST(ProductRows, refuses_another_width) {
  ProductRows rows(2);
  const std::vector<float> three = {1.0F, 2.0F, 3.0F}, two = {1.0F, 2.0F};
  EXPECT_THROW(rows.add(three), Error);
  EXPECT_THROW((void)rows.best(three, 1), Error);
  EXPECT_THROW((void)rows.best(two, 0), Error);
  EXPECT_TRUE(rows.best(two, 1).empty());
}

}  // namespace
}  // namespace heed::search
