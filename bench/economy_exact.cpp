#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "economy/allocator.h"
#include "economy/exact.h"
#include "economy/problems.h"
#include "economy_rows.h"

namespace heed::bench {
namespace {

constexpr int kProblems = 1000;

// Ten of 10^5 pairs, some of 10^4, most small: those are where ties and corners are.
economy::Problem problem(int number) {
  economy::test::Shape shape = economy::test::kind(number);
  const int size = number % 100;
  shape.people = size == 50 ? 10'000 : size % 25 == 7 ? 1000 : size % 3 == 0 ? 100 : size % 3 == 1 ? 20 : 7;
  shape.items = size == 50 ? 100 : size % 25 == 7 ? 50 : size % 3 == 0 ? 20 : size % 3 == 1 ? 8 : 5;
  return economy::test::make_problem(shape, 1000 + static_cast<uint64_t>(number));
}

}  // namespace

std::vector<Figure> economy_exact() {
  double loss = 0, infeasibility = 0, slackness = 0, rounding = 0, rounding_large = 0,
         rounding_infeasible = 0;
  int large = 0;
  uint64_t most_pairs = 0;
  for (int k = 0; k < kProblems; ++k) {
    economy::Allocator allocator(problem(k));
    const economy::Allocation exact = economy::solve_exactly(allocator.problem());
    const economy::Allocation found = allocator.solve(), whole = allocator.whole(found);
    if (found.bound < exact.value * (1 - 1e-6))
      throw Error(ErrorCode::internal, fmt::format("problem {}: its bound {} is below the optimum {}", k,
                                                   found.bound, exact.value));
    most_pairs = std::max(most_pairs, allocator.problem().pairs());
    loss = std::max(loss, 1 - found.value / exact.value);
    infeasibility = std::max(infeasibility, found.infeasibility);
    slackness = std::max(slackness, found.slackness);
    const double lost = 1 - whole.value / exact.value;
    rounding += lost / kProblems;
    rounding_infeasible = std::max(rounding_infeasible, whole.infeasibility);
    if (allocator.problem().pairs() < 10'000) continue;
    rounding_large += lost;
    ++large;
  }
  return {once("loss", fmt::format("worst of {}", kProblems), 100 * loss),
          once("infeasibility", "worst, relative", infeasibility),
          once("slackness", "worst, of the value", 100 * slackness),
          once("rounding_loss", "mean, whole choices", 100 * rounding),
          once("rounding_loss_large", "mean from 10^4 pairs on", 100 * rounding_large / large),
          once("rounding_infeasibility", "worst, floors alone", rounding_infeasible),
          once("pairs", "of the largest", static_cast<double>(most_pairs))};
}

}  // namespace heed::bench
