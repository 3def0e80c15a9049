#include "apps/translate/placeholders.h"

#include <gmock/gmock.h>

using namespace heed::apps;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

std::vector<std::string> names(std::string_view text, bool printf_format = false) {
  std::vector<std::string> found;
  for (const Placeholder& one : find_placeholders(text, printf_format)) found.emplace_back(one.in(text));
  return found;
}

}  // namespace

TEST(Placeholders, printf_conversions_with_every_part) {
  EXPECT_THAT(names("%s: line %d of %-5.2f, %lu bytes", true), ElementsAre("%s", "%d", "%-5.2f", "%lu"));
  EXPECT_THAT(names("%2$s before %1$s", true), ElementsAre("%2$s", "%1$s"));
  EXPECT_THAT(names("%<PRIu64> of %*d", true), ElementsAre("%<PRIu64>", "%*d"));
  EXPECT_THAT(names("%(count)d files by %(name)s", true), ElementsAre("%(count)d", "%(name)s"));
  EXPECT_THAT(names("50%% of %d", true), ElementsAre("%%", "%d"));
}

TEST(Placeholders, a_per_cent_sign_before_a_word_is_one_only_where_printf_reads_it) {
  EXPECT_THAT(names("100% done"), IsEmpty());
  EXPECT_THAT(names("100% done", true), ElementsAre("% d"));
  EXPECT_THAT(names("缩放到 100%"), IsEmpty());
}

TEST(Placeholders, named_and_numbered_ones_of_qt_and_libreoffice) {
  EXPECT_THAT(names("%1 of %L2"), ElementsAre("%1", "%L2"));
  EXPECT_THAT(names("%PRODUCTNAME %PRODUCTVERSION 将重新启动"),
              ElementsAre("%PRODUCTNAME", "%PRODUCTVERSION"));
  EXPECT_THAT(names("%OBJECT_NAME% and %num%"), ElementsAre("%OBJECT_NAME%", "%num%"));
  EXPECT_THAT(names("%H:%M, 第 %p 页"), ElementsAre("%H", "%M", "%p"));
  EXPECT_THAT(names("Error $(ARG1): $file, $1, ${name}"), ElementsAre("$(ARG1)", "$file", "$1", "${name}"));
}

TEST(Placeholders, braces_of_python_and_c_sharp) {
  EXPECT_THAT(names("{0} of {total:.2f} in {} and {{literal}}"),
              ElementsAre("{0}", "{total:.2f}", "{}", "{{literal}}"));
  EXPECT_THAT(names("{ command ; }"), IsEmpty());
}

TEST(Placeholders, markup_but_not_words_in_angle_brackets) {
  EXPECT_THAT(names("<b>Bold</b> and <a href=\"x\">this</a><br/>"),
              ElementsAre("<b>", "</b>", "<a href=\"x\">", "</a>", "<br/>"));
  EXPECT_THAT(names("<none> or <All Files>"), IsEmpty());
  EXPECT_THAT(names("Fish &amp; chips &#39;"), ElementsAre("&amp;", "&#39;"));
  EXPECT_THAT(names("&File"), IsEmpty());
}

TEST(Placeholders, addresses_without_the_sentence_around_them_and_options) {
  EXPECT_THAT(names("See https://example.org/a?b=1. (or www.example.org)"),
              ElementsAre("https://example.org/a?b=1", "www.example.org"));
  EXPECT_THAT(names("请见 https://example.org/下载"), ElementsAre("https://example.org/"));
  EXPECT_THAT(names("use --cached to keep a well--known file"), ElementsAre("--cached"));
}

TEST(PlaceholderProblem, is_empty_where_each_stands_as_often_as_in_the_source) {
  EXPECT_EQ(placeholder_problem("Copy %s to %s", "将 %s 复制到 %s", true), "");
  EXPECT_EQ(placeholder_problem("%2 after %1", "%1 在 %2 之前"), "");
  EXPECT_EQ(placeholder_problem("{name} left", "{name} 已离开"), "");
}

TEST(PlaceholderProblem, names_what_is_wrong) {
  EXPECT_EQ(placeholder_problem("Open %s", "打开", true), "lost %s");
  EXPECT_EQ(placeholder_problem("Open %s", "打开 %s %s", true), "repeated %s");
  EXPECT_EQ(placeholder_problem("Open", "打开 %1"), "invented %1");
  EXPECT_EQ(placeholder_problem("%s has %d", "%d 属于 %s", true), "changed the order of %s and %d");
  EXPECT_EQ(placeholder_problem("%d done", "%d% 完成", true), "invented %");
}

TEST(PlaceholderStandIns, come_back_wherever_the_model_moved_them) {
  const std::string source = "Copy %s to {place}";
  EXPECT_EQ(replace_placeholders(source, StandIn::percent), "Copy %1 to %2");
  EXPECT_EQ(replace_placeholders(source, StandIn::dollar), "Copy $(ARG1) to $(ARG2)");
  EXPECT_EQ(put_back_placeholders("复制到 %2：%1", source, StandIn::percent), "复制到 {place}：%s");
  EXPECT_EQ(put_back_placeholders("{1} → {2}", source, StandIn::brace), "%s → {place}");
}

TEST(PlaceholderStandIns, of_ten_or_more_are_told_apart) {
  std::string source;
  for (int i = 0; i < 11; ++i) source += "{a" + std::to_string(i) + "} ";
  const std::string replaced = replace_placeholders(source, StandIn::percent);
  EXPECT_EQ(put_back_placeholders(replaced, source, StandIn::percent), source);
}

TEST(PlaceholderStandIns, that_nobody_knows_stay_and_are_found) {
  const std::string text = put_back_placeholders("打开 %7", "Open %s", StandIn::percent);
  EXPECT_EQ(text, "打开 %7");
  EXPECT_NE(placeholder_problem("Open %s", text), "");
}
