#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace heed {

// A run of pieces [begin, end) that is one of entity number `entity`.
struct TagSpan {
  int64_t entity = 0, begin = 0, end = 0;

  bool operator==(const TagSpan&) const = default;
};

// Of tags 0 (outside), 1 + 2 e (entity e begins) and 2 + 2 e (it goes on): the runs, in order. One that goes
// on without what it could go on from begins.
std::vector<TagSpan> spans_of_tags(std::span<const int64_t> tags);

}  // namespace heed
