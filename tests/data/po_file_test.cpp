#include "data/po_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/readers.h"
#include "files.h"

namespace heed::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kFile = R"po(# Translations of the bank's page.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#. for the button
#: page.cc:12
#, c-format
msgctxt "card"
msgid "_Block card %s"
msgstr "冻结卡片 %s(_B)"

#, fuzzy, no-wrap
#| msgid "Old text"
msgid ""
"Two "
"lines\n"
"and \"quotes\"\t\\ \x41\101"
msgstr "旧译文"

msgid "Transfer"
msgstr ""

msgid "%d card"
msgid_plural "%d cards"
msgstr[0] "%d 张卡"
msgstr[1] ""

#~ msgid "Gone"
#~ msgstr "没了"

# the end
)po";

TEST(PoFile, entries_are_read_with_all_their_parts) {
  const PoFile file = parse_po(kFile, "a.po");
  ASSERT_EQ(file.entries.size(), 6u);
  EXPECT_TRUE(file.entries[0].is_header());
  EXPECT_THAT(file.entries[0].translations[0], HasSubstr("nplurals=2"));
  const PoEntry& card = file.entries[1];
  EXPECT_THAT(card.comments, ElementsAre("#. for the button", "#: page.cc:12", "#, c-format"));
  EXPECT_THAT(card.flags, ElementsAre("c-format"));
  EXPECT_EQ(card.context, "card");
  EXPECT_EQ(card.id, "_Block card %s");
  EXPECT_EQ(card.line, 7);
  EXPECT_FALSE(card.fuzzy() || card.untranslated());
  EXPECT_TRUE(file.entries[2].fuzzy());
  EXPECT_EQ(file.entries[2].id, "Two lines\nand \"quotes\"\t\\ AA");
  EXPECT_TRUE(file.entries[3].untranslated());
  EXPECT_EQ(file.entries[4].plural_id, "%d cards");
  EXPECT_THAT(file.entries[4].translations, ElementsAre("%d 张卡", ""));
  EXPECT_TRUE(file.entries[5].obsolete);
  EXPECT_EQ(file.trailer, "# the end\n");
}

TEST(PoFile, an_untouched_file_is_written_byte_for_byte) {
  EXPECT_EQ(to_text(parse_po(kFile, "a.po")), kFile);
  const std::string crlf =
      "\xEF\xBB\xBF# c\r\nmsgid \"a\"\r\n\r\nmsgstr \"b\"\r\n\r\n  \r\nmsgid \"c\"\r\nmsgstr \"\"";
  EXPECT_EQ(to_text(parse_po(crlf, "a.po")), crlf);
}

TEST(PoFile, only_the_changed_entry_changes) {
  PoFile file = parse_po(kFile, "a.po");
  file.entries[3].set_translations({"转账\n第二行\n"}, true);
  std::string expected(kFile);
  const std::string before = "msgid \"Transfer\"\nmsgstr \"\"\n";
  expected.replace(expected.find(before), before.size(),
                   "#, fuzzy\nmsgid \"Transfer\"\nmsgstr \"\"\n\"转账\\n\"\n\"第二行\\n\"\n");
  EXPECT_EQ(to_text(file), expected);
}

TEST(PoFile, flags_comments_and_ids_of_a_changed_entry_stay) {
  PoFile file = parse_po(kFile, "a.po");
  file.entries[1].set_translations({"冻结 \"%s\""}, true);
  file.entries[2].set_translations({"新译文"}, false);
  file.entries[4].set_translations({"一", "二"}, true);
  file.entries[5].set_translations({"空"}, true);
  const std::string text = to_text(file);
  EXPECT_THAT(text, HasSubstr("#: page.cc:12\n#, fuzzy, c-format\nmsgctxt \"card\"\nmsgid \"_Block card "
                              "%s\"\nmsgstr \"冻结 \\\"%s\\\"\"\n\n"));
  EXPECT_THAT(text, HasSubstr("#, no-wrap\n#| msgid \"Old text\"\nmsgid \"\"\n\"Two \"\n"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "#, fuzzy\nmsgid \"%d card\"\nmsgid_plural \"%d cards\"\nmsgstr[0] \"一\"\nmsgstr[1] \"二\"\n\n"));
  EXPECT_THAT(text, HasSubstr("#, fuzzy\n#~ msgid \"Gone\"\n#~ msgstr \"空\"\n"));
  const PoFile again = parse_po(text, "again.po");
  for (size_t i = 0; i < file.entries.size(); ++i) {
    EXPECT_EQ(again.entries[i].id, file.entries[i].id);
    EXPECT_EQ(again.entries[i].translations, file.entries[i].translations);
    EXPECT_EQ(again.entries[i].flags, file.entries[i].flags);
  }
}

TEST(PoFile, crlf_and_a_byte_order_mark_stay_in_a_changed_entry) {
  PoFile file = parse_po("\xEF\xBB\xBFmsgid \"a\"\r\nmsgstr \"\"\r\n", "a.po");
  file.entries[0].set_translations({"甲"}, true);
  EXPECT_EQ(to_text(file), "\xEF\xBB\xBF#, fuzzy\r\nmsgid \"a\"\r\nmsgstr \"甲\"\r\n");
}

TEST(PoFile, every_control_character_survives) {
  PoFile file = parse_po("msgid \"a\"\nmsgstr \"\"\n", "a.po");
  const std::string text = "\t\"\\\a\b\v\f\r?\n";
  file.entries[0].set_translations({text}, false);
  EXPECT_EQ(parse_po(to_text(file), "b.po").entries[0].translations[0], text);
}

std::string refusal(std::string_view text) {
  return error_of(ErrorCode::corrupt_data, [&] { parse_po(text, "a.po"); });
}

TEST(PoFile, problems_name_their_line) {
  EXPECT_THAT(refusal("msgid \"a\"\nmsgstr \"b\n"), HasSubstr("a.po:2: expected a closing quote"));
  EXPECT_THAT(refusal("msgid \"a\"\nmsgstr \"\\q\"\n"), HasSubstr("a.po:2: expected a known escape"));
  EXPECT_THAT(refusal("msgid \"a\"\nmsgid \"b\"\n"), HasSubstr("a.po:2: expected msgstr, found 'msgid'"));
  EXPECT_THAT(refusal("msgstr \"a\"\n"), HasSubstr("a.po:1: expected msgid, found 'msgstr'"));
  EXPECT_THAT(refusal("\"a\"\n"), HasSubstr("a.po:1: expected msgid, found a string"));
  EXPECT_THAT(refusal("msgid \"a\"\n"), HasSubstr("found the end of the file"));
  EXPECT_THAT(refusal("msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[1] \"c\"\n"),
              HasSubstr("a.po:3: expected msgstr[0]"));
  EXPECT_THAT(refusal("msgid \"a\"\nmsgtxt \"b\"\n"), HasSubstr("found 'msgtxt'"));
  EXPECT_THAT(refusal("msgid a\n"), HasSubstr("expected a string in double quotes"));
  EXPECT_THAT(refusal("msgid \"a\\000\"\nmsgstr \"\"\n"), HasSubstr("NUL"));
  EXPECT_THAT(refusal("msgid \"a\\377\"\nmsgstr \"\"\n"), HasSubstr("expected UTF-8"));
  EXPECT_THAT(refusal("msgid \"\xC4\xE3\"\n"), HasSubstr("a.po:1: expected UTF-8"));
}

TEST(PoFile, an_empty_file_is_no_catalogue) {
  EXPECT_THAT(error_of(ErrorCode::corrupt_data, [] { parse_po("", "a.po"); }),
              HasSubstr("a.po:1: expected a catalogue"));
}

TEST(PoFile, the_number_of_translations_is_checked) {
  PoFile file = parse_po("msgid \"a\"\nmsgstr \"\"\n", "a.po");
  EXPECT_THAT(error_of(ErrorCode::invalid_argument,
                       [&] {
                         file.entries[0].set_translations({"x", "y"}, false);
                       }),
              HasSubstr("expected one translation, found 2"));
}

TEST(PoReader, leaves_out_what_is_no_finished_translation) {
  const Table table = read_po(kFile, "a.po", {});
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0].fields, (std::vector<std::string>{"_Block card %s", "冻结卡片 %s(_B)", "card"}));
  EXPECT_EQ(table.rows[1].fields, (std::vector<std::string>{"%d card", "%d 张卡", ""}));
  EXPECT_EQ(table.where(table.rows[0]), "a.po:7");
}

}  // namespace
}  // namespace heed::data
