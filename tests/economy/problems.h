#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "base/random.h"
#include "economy/problem.h"

// Allocation problems of every kind, from a seed; of tests and of bench/.
namespace heed::economy::test {

struct Shape {
  uint64_t people = 100;
  uint32_t items = 20;
  uint32_t pairs = 10;     // a person
  double tightness = 0.5;  // of limits: of what would be used without them
  bool ties = false;       // values and costs of few kinds
  bool heavy = false;      // values over several powers of ten
  bool slots = false;
  bool notifications = false;
  bool repeats = false;  // each item up to three times, at falling value
  bool sources = false;  // quotas of 5 sources, in minutes, above item limits
  bool floors = false;   // every fifth item and each of 3 groups has a floor
  bool limits = true;    // of every item
};

inline void add_pair(Problem& problem, uint32_t item, double cost, double value, double notice,
                     bool notifies) {
  problem.items.push_back(item);
  problem.costs.push_back(static_cast<float>(cost));
  problem.values.push_back(static_cast<float>(value));
  if (notifies) problem.notifies.push_back(static_cast<uint8_t>(notice < 0.4 ? 1 : 0));
}

// Floors stay below what half of the pairs could give, so that they can be met.
inline Problem make_problem(const Shape& shape, uint64_t seed) {
  Random random(seed);
  Problem problem;
  problem.item_count = shape.items;
  std::vector<double> appeal(shape.items), available(shape.items, 0);
  for (double& one : appeal) one = 0.5 + random.uniform();
  std::vector<uint32_t> all(shape.items);
  for (uint32_t j = 0; j < shape.items; ++j) all[j] = j;
  const uint32_t count = std::min(shape.pairs, shape.items);
  for (uint64_t i = 0; i < shape.people; ++i) {
    double cost_sum = 0;
    for (uint32_t k = 0; k < count; ++k) {
      std::swap(all[k], all[k + random.below(shape.items - k)]);
      const uint32_t item = all[k];
      double cost = 1 + 9 * random.uniform(), value = appeal[item] * random.uniform() * std::sqrt(cost);
      if (shape.ties) {
        cost = 1 + static_cast<double>(random.below(3));
        value = 1 + static_cast<double>(random.below(3));
      }
      if (shape.heavy) value *= std::exp(1.5 * random.normal());
      const double notice = random.uniform();
      const int times = shape.repeats ? 1 + static_cast<int>(random.below(3)) : 1;
      for (int n = 0; n < times; ++n) {
        add_pair(problem, item, cost, value / (1 + n), notice, shape.notifications);
        available[item] += 1;
        cost_sum += cost;
      }
    }
    problem.begins.push_back(problem.pairs());
    problem.minutes.push_back(static_cast<float>(cost_sum * (0.2 + 0.5 * random.uniform())));
    if (shape.slots) problem.slots.push_back(static_cast<float>(1 + random.below(5)));
    if (shape.notifications) problem.notifications.push_back(static_cast<float>(random.below(3)));
    if (shape.floors) problem.groups.push_back(static_cast<uint32_t>(random.below(3)));
  }
  for (uint32_t j = 0; shape.limits && j < shape.items; ++j) {
    const double most =
        std::max(1.0, std::floor(available[j] * 0.45 * shape.tightness * (0.5 + random.uniform())));
    problem.limits.push_back({.of = LimitOf::item, .index = j, .at_most = most});
    if (shape.floors && j % 5 == 0)
      problem.limits.back().at_least = std::floor(0.3 * std::min(most, 0.1 * available[j]));
  }
  if (shape.sources) {
    std::vector<double> minutes(5, 0);
    for (uint32_t j = 0; j < shape.items; ++j) {
      problem.sources.push_back(j % 5);
      minutes[j % 5] += available[j] * 5;
    }
    for (uint32_t s = 0; s < 5; ++s)
      problem.limits.push_back(
          {.of = LimitOf::source,
           .index = s,
           .unit = LimitUnit::minutes,
           .at_most = 1 + minutes[s] * 0.3 * shape.tightness * (0.5 + random.uniform())});
  }
  if (shape.floors) {
    for (uint32_t g = 0; g < 3; ++g)
      problem.limits.push_back({.of = LimitOf::group,
                                .index = g,
                                .at_least = std::floor(0.01 * static_cast<double>(problem.pairs()))});
  }
  return problem;
}

// The 12 kinds that tests and benchmarks go through.
inline Shape kind(int number) {
  Shape shape;
  switch (number % 12) {
    case 1:
      shape.ties = true;
      break;
    case 2:
      shape.heavy = true;
      break;
    case 3:
      shape.slots = true;
      break;
    case 4:
      shape.repeats = true;
      break;
    case 5:
      shape.sources = true;
      break;
    case 6:
      shape.floors = true;
      break;
    case 7:
      shape.notifications = shape.slots = true;
      break;
    case 8:
      shape.ties = shape.repeats = true;
      break;
    case 9:
      shape.floors = shape.sources = shape.slots = true;
      break;
    case 10:
      shape.tightness = 0.1;
      break;
    case 11:
      shape.tightness = 3;
      shape.heavy = true;
      break;
    default:
      break;
  }
  return shape;
}

}  // namespace heed::economy::test
