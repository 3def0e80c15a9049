#include "text/tag_spans.h"

namespace heed {

std::vector<TagSpan> spans_of_tags(std::span<const int64_t> tags) {
  std::vector<TagSpan> spans;
  for (size_t i = 0; i < tags.size(); ++i) {
    if (tags[i] == 0) continue;
    const auto at = static_cast<int64_t>(i);
    const int64_t entity = (tags[i] - 1) / 2;
    const bool begins = tags[i] % 2 == 1;
    const bool goes_on = !spans.empty() && spans.back().end == at && spans.back().entity == entity;
    if (!begins && goes_on)
      ++spans.back().end;
    else
      spans.push_back({.entity = entity, .begin = at, .end = at + 1});
  }
  return spans;
}

}  // namespace heed
