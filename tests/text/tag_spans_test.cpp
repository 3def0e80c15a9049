#include "text/tag_spans.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

using Spans = std::vector<TagSpan>;

Spans spans(const std::vector<int64_t>& tags) { return spans_of_tags(tags); }

TEST(TagSpans, run_from_a_beginning_as_far_as_they_go_on) {
  EXPECT_EQ(spans({0, 1, 2, 2, 0, 3, 4}), (Spans{{0, 1, 4}, {1, 5, 7}}));
  EXPECT_EQ(spans({}), Spans());
  EXPECT_EQ(spans({0, 0}), Spans());
}

TEST(TagSpans, two_of_one_entity_may_touch) { EXPECT_EQ(spans({1, 1, 2}), (Spans{{0, 0, 1}, {0, 1, 3}})); }

TEST(TagSpans, one_that_goes_on_from_nothing_begins) {
  EXPECT_EQ(spans({2, 2, 0, 4}), (Spans{{0, 0, 2}, {1, 3, 4}}));
  EXPECT_EQ(spans({1, 4}), (Spans{{0, 0, 1}, {1, 1, 2}}));
}

}  // namespace
}  // namespace heed
