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
