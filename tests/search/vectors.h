#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "search/vector_set.h"

namespace heed::search {

inline std::vector<float> random_vectors(int64_t count, int64_t dim, uint64_t seed) {
  Random random(seed);
  std::vector<float> values(static_cast<size_t>(count * dim));
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

inline VectorSet random_set(int64_t count, int64_t dim, uint64_t seed) {
  const std::vector<float> values = random_vectors(count, dim, seed);
  VectorSet set(dim, "random");
  for (int64_t i = 0; i < count; ++i)
    set.add("v" + std::to_string(i),
            std::span(values).subspan(static_cast<size_t>(i * dim), static_cast<size_t>(dim)));
  return set;
}

}  // namespace heed::search
