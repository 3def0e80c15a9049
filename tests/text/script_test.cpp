#include "text/script.h"

#include <gtest/gtest.h>

namespace heed {
namespace {

TEST(Script, says_which_characters_are_written_without_spaces) {
  for (const char* character : {"卡", "あ", "カ", "。", "ก", "ခ", "ខ", "𠀀", "﨑"})
    EXPECT_TRUE(runs_on(character)) << character;
  for (const char* character : {"a", "7", "é", "я", "한", "▁", "€", "😀", ","})
    EXPECT_FALSE(runs_on(character)) << character;
}

}  // namespace
}  // namespace heed
