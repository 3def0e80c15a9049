#include "apps/translate/protect.h"

#include <gtest/gtest.h>

using namespace heed::apps;

namespace {

// The message put together again with its own cores, but with no accelerator.
std::string rejoined(const Protected& message) {
  std::string text;
  for (const Segment& segment : message.segments) text += segment.before + segment.core + segment.after;
  return text;
}

std::string restored(std::string_view message, const std::vector<std::string>& cores, char marker = '_') {
  return restore(protect(message, marker), cores);
}

}  // namespace

TEST(Protect, keeps_white_space_ellipses_and_colons_at_the_ends) {
  EXPECT_EQ(restored("  Save As...  ", {"另存为"}), "  另存为...  ");
  EXPECT_EQ(restored("Name: ", {"名称"}), "名称: ");
  EXPECT_EQ(restored("Loading…", {"正在加载"}), "正在加载…");
  EXPECT_EQ(protect("std::", 0).segments[0].core, "std::");
}

TEST(Protect, cuts_at_line_ends_and_tabs_and_keeps_them) {
  const Protected message = protect("First line\n\n\tSecond: \n", 0);
  ASSERT_EQ(message.segments.size(), 2u);
  EXPECT_EQ(message.segments[0].core, "First line");
  EXPECT_EQ(message.segments[1].core, "Second");
  EXPECT_EQ(restore(message, {"第一行", "第二行"}), "第一行\n\n\t第二行: \n");
}

TEST(Protect, puts_the_accelerator_before_the_tail) {
  EXPECT_EQ(restored("_Open...", {"打开"}), "打开(_O)...");
  EXPECT_EQ(restored("Pa~ges:", {"页面"}, '~'), "页面(~G):");
  EXPECT_EQ(restored("Note\n_Close", {"注意", "关闭"}), "注意\n关闭(_C)");
}

TEST(Protect, peels_tags_that_surround_all_and_leaves_others_to_the_model) {
  EXPECT_EQ(protect("<b>Bold text:</b>", 0).segments[0].core, "Bold text");
  EXPECT_EQ(protect("Click <b>here</b>", 0).segments[0].core, "Click <b>here</b>");
  EXPECT_EQ(protect("<b>One</b> and <b>two</b>", 0).segments[0].core.find("One</b> and <b>two"), 0u);
}

TEST(Protect, peels_placeholders_that_a_colon_sets_apart) {
  EXPECT_EQ(restored("%s: cannot open: %s\n", {"无法打开"}), "%s: 无法打开: %s\n");
  EXPECT_EQ(protect("%s:%d: error in %s", 0).segments[0].core, "%s:%d: error in %s");
  EXPECT_EQ(protect("{0}: {1} left", 0).segments[0].core, "{1} left");
}

TEST(Protect, loses_nothing_of_any_message) {
  for (const char* text : {"",
                           " ",
                           "\n",
                           "...",
                           ":",
                           "%s",
                           "\t%s: %d\n",
                           "a\r\nb",
                           "<b></b>",
                           "<b> </b>",
                           "…：",
                           " 中文 … ",
                           "<i><b>x</b></i>:",
                           "::",
                           "a:::",
                           "%s</s>",
                           "%s: %s",
                           "%s: ",
                           ": %s",
                           "<b>%s: </b>"}) {
    EXPECT_EQ(rejoined(protect(text, 0)), text);
  }
}

TEST(HasWords, placeholders_and_numbers_are_none) {
  EXPECT_FALSE(has_words("%s: %d"));
  EXPECT_FALSE(has_words("100%"));
  EXPECT_TRUE(has_words("%s 个文件"));
}

TEST(TidyCore, takes_back_what_the_model_added_at_the_ends) {
  EXPECT_EQ(tidy_core("文件(~F)...", "File", '~'), "文件");
  EXPECT_EQ(tidy_core(" 名称： ", "Name", 0), "名称");
  EXPECT_EQ(tidy_core("a~b", "x~y", '~'), "a~b");
}
