#include "apps/translate/po.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/files.h"

using namespace heed;
using namespace heed::apps;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

constexpr const char* kHeader =
    "msgid \"\"\n"
    "msgstr \"\"\n"
    "\"Language: zh_CN\\n\"\n"
    "\"Content-Type: text/plain; charset=UTF-8\\n\"\n"
    "\"Content-Transfer-Encoding: 8bit\\n\"\n"
    "\"Plural-Forms: nplurals=1; plural=0;\\n\"\n"
    "\n";

// A translator that knows some phrases and answers the rest with the text itself in Chinese quotes.
TranslateFunction dictionary(std::map<std::string, std::string> known) {
  return [known = std::move(known)](std::span<const std::string> texts) {
    std::vector<Candidates> answers;
    for (const std::string& text : texts) {
      answers.push_back({known.contains(text) ? known.at(text) : "译「" + text + "」"});
    }
    return answers;
  };
}

struct Outcome {
  PoReport report;
  std::string text;
};

Outcome fill(const std::string& body, const TranslateFunction& translate,
             const std::string& header = kHeader) {
  data::PoFile file = data::parse_po(header + body, "test.po");
  Outcome outcome;
  outcome.report = translate_po(file, translate, {.where = "test.po", .accelerator_marker = std::nullopt});
  outcome.text = data::to_text(file);
  return outcome;
}

}  // namespace

TEST(TranslatePo, fills_what_is_untranslated_and_marks_it_fuzzy) {
  const Outcome outcome = fill("#: menu.c:3\nmsgid \"File\"\nmsgstr \"\"\n", dictionary({{"File", "文件"}}));
  EXPECT_THAT(outcome.text, HasSubstr("#: menu.c:3\n#, fuzzy\nmsgid \"File\"\nmsgstr \"文件\"\n"));
  EXPECT_EQ(outcome.report.filled, 1);
  EXPECT_EQ(outcome.report.entries, 1);
}

TEST(TranslatePo, leaves_every_other_entry_byte_for_byte) {
  const std::string done = "# 译者\nmsgid  \"Edit\"\nmsgstr \"编\"\n\"辑\"\n\n";
  const std::string fuzzy = "#, fuzzy\nmsgid \"View\"\nmsgstr \"看\"\n\n";
  const std::string obsolete = "#~ msgid \"Old\"\n#~ msgstr \"\"\n";
  const Outcome outcome = fill(done + fuzzy + obsolete, dictionary({}));
  EXPECT_EQ(outcome.text, kHeader + done + fuzzy + obsolete);
  EXPECT_EQ(outcome.report.translated, 1);
  EXPECT_EQ(outcome.report.fuzzy, 1);
  EXPECT_EQ(outcome.report.filled, 0);
}

TEST(TranslatePo, saves_a_lost_placeholder_by_a_stand_in) {
  const Outcome outcome = fill("#, c-format\nmsgid \"Open %s\"\nmsgstr \"\"\n",
                               dictionary({{"Open %s", "打开"}, {"Open %1", "打开 %1"}}));
  EXPECT_THAT(outcome.text, HasSubstr("msgstr \"打开 %s\"\n"));
  EXPECT_THAT(outcome.text, HasSubstr("c-format"));
}

TEST(TranslatePo, takes_the_best_candidate_that_carries_every_placeholder) {
  const auto translate = [](std::span<const std::string> texts) {
    return std::vector<Candidates>(texts.size(), Candidates{"打开", "打开 %s", "开 %s"});
  };
  EXPECT_THAT(fill("#, c-format\nmsgid \"Open %s\"\nmsgstr \"\"\n", translate).text,
              HasSubstr("msgstr \"打开 %s\"\n"));
}

TEST(TranslatePo, leaves_an_entry_whose_placeholder_nothing_saves_and_says_why) {
  const auto deaf = [](std::span<const std::string> texts) {
    return std::vector<Candidates>(texts.size(), Candidates{"打开", "", "打开 %d"});
  };
  const std::string entry = "#, c-format\nmsgid \"Open %s\"\nmsgstr \"\"\n";
  const Outcome outcome = fill(entry, deaf);
  EXPECT_EQ(outcome.text, kHeader + entry);
  ASSERT_EQ(outcome.report.left.size(), 1u);
  EXPECT_EQ(outcome.report.left[0].reason, "lost %s");
  EXPECT_EQ(outcome.report.left[0].line, 8);
  EXPECT_THAT(to_text(outcome.report), HasSubstr("test.po:8  Open %s"));
}

TEST(TranslatePo, refuses_a_translation_without_words_or_with_a_stutter) {
  const Outcome outcome = fill("msgid \"%s failed\"\nmsgstr \"\"\n\nmsgid \"Open\"\nmsgstr \"\"\n",
                               dictionary({{"%s failed", "%s"},
                                           {"%1 failed", "%1"},
                                           {"$(ARG1) failed", "$(ARG1)"},
                                           {"{1} failed", "{1}"},
                                           {"Open", "打开开开开开"}}));
  ASSERT_EQ(outcome.report.left.size(), 2u);
  EXPECT_EQ(outcome.report.left[0].reason, "lost every word");
  EXPECT_EQ(outcome.report.left[1].reason, "repeated one character");
}

TEST(TranslatePo, fills_as_many_plural_forms_as_the_header_says) {
  const std::string entry = "#, c-format\nmsgid \"%d file\"\nmsgid_plural \"%d files\"\nmsgstr[0] \"\"\n";
  const auto translate = dictionary({{"%d file", "%d Datei"}, {"%d files", "%d Dateien"}});
  EXPECT_THAT(fill(entry, translate).text, HasSubstr("msgstr[0] \"%d Dateien\"\n"));
  std::string header = kHeader;
  header.replace(header.find("nplurals=1; plural=0"), 20, "nplurals=2; plural=(n != 1)");
  EXPECT_THAT(fill(entry, translate, header).text,
              HasSubstr("msgstr[0] \"%d Datei\"\nmsgstr[1] \"%d Dateien\"\n"));
}

TEST(TranslatePo, keeps_the_plural_form_that_a_person_wrote) {
  std::string header = kHeader;
  header.replace(header.find("nplurals=1; plural=0"), 20, "nplurals=2; plural=(n != 1)");
  const Outcome outcome = fill("msgid \"day\"\nmsgid_plural \"days\"\nmsgstr[0] \"Tag\"\nmsgstr[1] \"\"\n",
                               dictionary({{"day", "falsch"}, {"days", "Tage"}}), header);
  EXPECT_THAT(outcome.text, HasSubstr("msgstr[0] \"Tag\"\nmsgstr[1] \"Tage\"\n"));
}

TEST(TranslatePo, refuses_a_header_with_a_hundred_plural_forms) {
  std::string header = kHeader;
  header.replace(header.find("nplurals=1"), 10, "nplurals=99");
  try {
    fill("msgid \"a\"\nmsgstr \"\"\n", dictionary({}), header);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
    EXPECT_THAT(
        error.what(),
        HasSubstr("test.po:1: header field Plural-Forms: expected nplurals=1 to 10, found 'nplurals=99"));
  }
}

TEST(TranslatePo, keeps_accelerators_of_the_files_own_kind) {
  const std::string body =
      "msgid \"_File\"\nmsgstr \"\"\n\nmsgid \"_Open...\"\nmsgstr \"\"\n\nmsgid \"max_length\"\nmsgstr "
      "\"\"\n";
  const Outcome outcome =
      fill(body, dictionary({{"File", "文件(_F)"}, {"Open", "打开"}, {"max_length", "max_length"}}));
  EXPECT_EQ(outcome.report.accelerator_marker, '_');
  EXPECT_THAT(outcome.text, HasSubstr("msgstr \"文件(_F)\""));
  EXPECT_THAT(outcome.text, HasSubstr("msgstr \"打开(_O)...\""));
  EXPECT_THAT(outcome.text, HasSubstr("msgstr \"max_length\""));
}

TEST(TranslatePo, asks_for_the_same_text_once) {
  size_t asked = 0;
  const TranslateFunction counting = [&](std::span<const std::string> texts) {
    asked += texts.size();
    return std::vector<Candidates>(texts.size(), Candidates{"文件"});
  };
  fill("msgctxt \"a\"\nmsgid \"File\"\nmsgstr \"\"\n\nmsgctxt \"b\"\nmsgid \"File:\"\nmsgstr \"\"\n",
       counting);
  EXPECT_EQ(asked, 1u);
}

TEST(TranslatePo, copies_messages_without_words_unasked) {
  const TranslateFunction never = [](std::span<const std::string> texts) -> std::vector<Candidates> {
    throw std::logic_error("asked for " + texts[0]);
  };
  EXPECT_THAT(fill("#, c-format\nmsgid \"%s: %d\\n\"\nmsgstr \"\"\n", never).text,
              HasSubstr("msgstr \"%s: %d\\n\""));
}

TEST(TranslatePo, refuses_a_catalogue_of_another_charset_and_says_how_to_convert_it) {
  const auto refuse = [](const std::string& charset) -> std::string {
    try {
      fill("msgid \"Open\"\nmsgstr \"\"\n", dictionary({}),
           "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=" + charset + "\\n\"\n\n");
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refuse("GB2312"), AllOf(HasSubstr("test.po:1"), HasSubstr("msgconv --to-code=UTF-8")));
  EXPECT_THAT(refuse("CHARSET"), HasSubstr("msginit"));
  EXPECT_EQ(refuse("utf-8"), "");
}

TEST(TranslatePo, writes_a_file_that_msgfmt_accepts) {
  if (std::system("msgfmt --version >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "msgfmt (gettext) is not installed";
  const std::string body =
      "#, c-format\nmsgid \"Cannot open %s: line %d\\n\"\nmsgstr \"\"\n\n"
      "#, c-format\nmsgid \"%d file\"\nmsgid_plural \"%d files\"\nmsgstr[0] \"\"\n\n"
      "msgid \"\\n\"\n\"Two\\tlines \\\"quoted\\\"\\n\"\nmsgstr \"\"\n\n"
      "#, python-brace-format\nmsgid \"Hello {name}\"\nmsgstr \"\"\n";
  Outcome outcome = fill(body, dictionary({}));
  EXPECT_EQ(outcome.report.filled, 4);
  std::string name = (std::filesystem::temp_directory_path() / "heed-po-XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  const std::filesystem::path folder = name;
  // Checked as a person would have approved it: msgfmt skips fuzzy entries.
  std::string approved = outcome.text;
  for (size_t at; (at = approved.find("fuzzy")) != std::string::npos;) approved.replace(at, 5, "no-wrap");
  write_file_atomically(folder / "filled.po", approved);
  const std::string command = "msgfmt -c -o " + (folder / "filled.mo").string() + " " +
                              (folder / "filled.po").string() + " >/dev/null 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << approved;
  std::filesystem::remove_all(folder);
}
