// Whose minutes go where, and what one more minute is worth: build/release/bin/example_economy_allocate
#include <cstdio>

#include "economy/allocator.h"

int main() {
  heed::economy::Problem problem;
  problem.item_count = 2;
  problem.begins = {0, 2, 4};
  problem.minutes = {10, 10};
  problem.items = {0, 1, 0, 1}, problem.costs = {10, 5, 10, 5}, problem.values = {8, 3, 1, 2};
  problem.limits = {{.of = heed::economy::LimitOf::item, .index = 0, .at_most = 1}};
  heed::economy::Allocator allocator(problem);
  const heed::economy::Allocation found = allocator.solve();
  std::printf("value %.2f of at most %.2f; one more of item 0 would bring %.2f, a minute of person 0 %.2f\n",
              found.value, found.bound, found.limit_prices[0],
              static_cast<double>(found.people_prices[0].minutes));
}
