#include "text/sentences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Sentences, end_where_readers_of_either_language_see_an_end) {
  EXPECT_THAT(split_sentences("A dog runs. Where to? Nobody knows!"),
              ElementsAre("A dog runs. ", "Where to? ", "Nobody knows!"));
  EXPECT_THAT(split_sentences("狗在跑。去哪儿？没人知道！"),
              ElementsAre("狗在跑。", "去哪儿？", "没人知道！"));
  EXPECT_THAT(split_sentences("It costs 3.50 euros, e.g. here. 好的。Yes."),
              ElementsAre("It costs 3.50 euros, e.g. here. ", "好的。", "Yes."));
}

TEST(Sentences, together_are_the_text) {
  for (const std::string text :
       {"  leading. and  trailing  ", "no end", "。。。", "a.\n\nb", "𝔘nicode. 😀!"}) {
    std::string all;
    for (const std::string& sentence : split_sentences(text)) all += sentence;
    EXPECT_EQ(all, text);
  }
  EXPECT_THAT(split_sentences(""), IsEmpty());
}

TEST(Sentences, end_with_space_where_one_is_last) {
  EXPECT_TRUE(ends_with_space("a "));
  EXPECT_TRUE(ends_with_space("好\u3000"));
  EXPECT_FALSE(ends_with_space("好"));
  EXPECT_FALSE(ends_with_space(""));
}

}  // namespace
}  // namespace heed
