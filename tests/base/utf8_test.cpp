#include "base/utf8.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

TEST(Utf8, broken_sequences_are_found_where_they_begin) {
  EXPECT_EQ(find_invalid_utf8("héé 你好 😀 \xF4\x8F\xBF\xBF"), std::string::npos);
  EXPECT_EQ(find_invalid_utf8("ab\x80"), 2u);
  EXPECT_EQ(find_invalid_utf8("你\xE4\xBD"), 3u);     // cut short
  EXPECT_EQ(find_invalid_utf8("x\xED\xA0\x80"), 1u);  // a surrogate
  EXPECT_EQ(find_invalid_utf8("\xC1\xBF"), 0u);       // overlong forms
  EXPECT_EQ(find_invalid_utf8("\xE0\x9F\xBF"), 0u);
  EXPECT_EQ(find_invalid_utf8("\xF0\x8F\xBF\xBF"), 0u);
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0u);  // above U+10FFFF
  EXPECT_EQ(find_invalid_utf8("\xF0\x9F\x98x"), 0u);
  EXPECT_EQ(find_invalid_utf8(std::string("a\0b", 3)), std::string::npos);
}

TEST(Utf8, what_cannot_be_shown_is_escaped_and_the_rest_cut_between_characters) {
  EXPECT_EQ(printable_utf8(std::string("a\0\xff文", 6), 100), "a\\x00\\xff文");
  EXPECT_EQ(printable_utf8("文字", 5), "文");
  EXPECT_EQ(printable_utf8("ab\xff", 5), "ab");
  EXPECT_EQ(printable_utf8("", 5), "");
}

}  // namespace
}  // namespace heed
