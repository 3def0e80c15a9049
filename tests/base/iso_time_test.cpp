#include "base/iso_time.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

TEST(IsoTime, reads_dates_times_fractions_and_offsets) {
  EXPECT_EQ(parse_iso_time("1970-01-02"), 86'400'000'000);
  EXPECT_EQ(parse_iso_time("1970-01-01T00:00:01Z"), 1'000'000);
  EXPECT_EQ(parse_iso_time("1970-01-01 08:00:00.25+08:00"), 250'000);
}

TEST(IsoTime, gives_nothing_for_what_is_no_time) {
  for (const char* text :
       {"", "yesterday", "2024-13-01", "2024-02-30", "2024-01-01T25:00:00", "2024-01-01T10:00:00+8"})
    EXPECT_FALSE(parse_iso_time(text)) << text;
}

}  // namespace
}  // namespace heed
