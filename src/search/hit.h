#pragma once

#include <string>
#include <vector>

namespace heed::search {

// What a search found: which passage or item, and how well it fits. Lists of hits run from the highest score
// to the lowest; equal scores by id, so that one question has one answer.
struct Hit {
  std::string id;
  double score = 0;

  bool operator==(const Hit&) const = default;
};

inline bool ranks_before(const Hit& a, const Hit& b) {
  return a.score != b.score ? a.score > b.score : a.id < b.id;
}

using Hits = std::vector<Hit>;

}  // namespace heed::search
