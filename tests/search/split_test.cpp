#include "search/split.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/random.h"
#include "text/normalise.h"

namespace heed::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> texts_of(const std::vector<Passage>& passages) {
  std::vector<std::string> texts;
  for (const Passage& passage : passages) texts.push_back(passage.text);
  return texts;
}

std::string code_points(const std::string& document, int64_t begin, int64_t end) {
  size_t byte = 0, first = 0;
  for (int64_t i = 0; i < end; ++i) {
    if (i == begin) first = byte;
    byte += utf8_prefix(std::string_view(document).substr(byte), 1);
  }
  return document.substr(first, byte - first);
}

// What every split keeps: places are true, widths are held, nothing but white space is lost between passages.
void check(const std::string& document, const std::vector<Passage>& passages, const SplitOptions& options) {
  int64_t reached = 0;
  for (size_t i = 0; i < passages.size(); ++i) {
    const Passage& passage = passages[i];
    EXPECT_EQ(code_points(document, passage.begin, passage.end), passage.text);
    EXPECT_LE(count_width(passage.text), options.width);
    EXPECT_EQ(passage.id, passage.source + "#" + std::to_string(i + 1));
    EXPECT_GT(passage.end, reached) << "a passage that adds nothing";
    reached = passage.end;
  }
}

const std::string kManual =
    "# Cards\n"
    "\n"
    "A card is yours alone.\n"
    "\n"
    "## Lost card\n"
    "Block it in the app. A new one comes in five days.\n"
    "\n"
    "```sh\n"
    "# not a heading\n"
    "\n"
    "block --card 7\n"
    "```\n"
    "\n"
    "银行卡\n"
    "===\n"
    "丢失了银行卡，请立即冻结。新卡五天内寄到。\n";

TEST(SplitMarkdown, headings_are_titles_and_code_is_whole) {
  const std::vector<Passage> passages = split_markdown(kManual, "manual.md", {.language = "en"});
  check(kManual, passages, {});
  ASSERT_EQ(passages.size(), 3U);
  EXPECT_EQ(passages[0].title, "Cards");
  EXPECT_EQ(passages[0].text, "A card is yours alone.");
  EXPECT_EQ(passages[1].title, "Cards > Lost card");
  EXPECT_THAT(passages[1].text, testing::EndsWith("# not a heading\n\nblock --card 7\n```"));
  EXPECT_EQ(passages[2].title, "银行卡");
  EXPECT_EQ(passages[2].text, "丢失了银行卡，请立即冻结。新卡五天内寄到。");
  EXPECT_EQ(passages[2].language, "en");
  EXPECT_EQ(passages[2].source, "manual.md");
}

TEST(SplitMarkdown, odd_headings_are_read_as_commonmark_has_them) {
  const std::vector<Passage> passages = split_markdown(
      "before\n### Deep ###\none\n#hashtag\n# Top\ntwo\n\n---\nthree\n####### seven\n", "m.md");
  ASSERT_EQ(passages.size(), 3U);
  EXPECT_EQ(passages[0].title, "");
  EXPECT_EQ(passages[1].title, "Deep");
  EXPECT_EQ(passages[1].text, "one\n#hashtag");
  EXPECT_EQ(passages[2].title, "Top");
  EXPECT_EQ(passages[2].text, "two\n\n---\nthree\n####### seven");
  EXPECT_THAT(split_markdown("# Only a title\n", "m.md"), IsEmpty());
  EXPECT_THAT(split_markdown("", "m.md"), IsEmpty());
  EXPECT_THAT(texts_of(split_markdown("```\nnever closed\n# x", "m.md")),
              ElementsAre("```\nnever closed\n# x"));
}

TEST(SplitText, paragraphs_are_kept_whole_while_they_fit) {
  const std::string document = "One is short.\n\nTwo is longer. It has two sentences.\n\nThree.";
  EXPECT_THAT(texts_of(split_text(document, "d", {.width = 40, .overlap = 0})),
              ElementsAre("One is short.", "Two is longer. It has two sentences.", "Three."));
  EXPECT_THAT(texts_of(split_text(document, "d", {.width = 400, .overlap = 0})), ElementsAre(document));
}

TEST(SplitText, the_end_of_a_passage_begins_the_next) {
  const std::string document = "First sentence here. Second one. Third one. Fourth sentence here.";
  EXPECT_THAT(texts_of(split_text(document, "d", {.width = 45, .overlap = 12})),
              ElementsAre("First sentence here. Second one. Third one.", "Third one. Fourth sentence here."));
}

TEST(SplitText, chinese_is_cut_at_its_sentences_and_counts_double) {
  const std::string document = "请立即冻结银行卡。新卡五天内寄到。旧卡不能再用。";
  const SplitOptions options{.width = 36, .overlap = 0};
  const std::vector<Passage> passages = split_text(document, "手册", options);
  check(document, passages, options);
  EXPECT_THAT(texts_of(passages), ElementsAre("请立即冻结银行卡。新卡五天内寄到。", "旧卡不能再用。"));
  EXPECT_EQ(passages[1].begin, 17);
}

TEST(SplitText, a_sentence_wider_than_a_passage_is_cut) {
  const SplitOptions options{.width = 20, .overlap = 0};
  const std::string words = "aaaa bbbb cccc dddd eeee ffff";
  EXPECT_THAT(texts_of(split_text(words, "d", options)), ElementsAre("aaaa bbbb cccc dddd", "eeee ffff"));
  const std::string run(50, 'x');
  EXPECT_THAT(texts_of(split_text(run, "d", options)),
              ElementsAre(std::string(20, 'x'), std::string(20, 'x'), std::string(10, 'x')));
}

TEST(SplitText, any_document_keeps_its_places) {
  Random random(21);
  const std::vector<std::string> parts = {"word ",  "Sentence. ", "\n",       "\n\n",
                                          "银行卡", "。",         "\r\n\r\n", "# Head\n",
                                          "😀",      "```\n",      "é",        "long" + std::string(70, 'g'),
                                          "\t",     "---\n"};
  for (int round = 0; round < 300; ++round) {
    std::string document;
    for (uint64_t i = random.below(120); i > 0; --i) document += parts[random.below(parts.size())];
    const auto width = static_cast<int64_t>(16 + random.below(100));
    const SplitOptions options{
        .width = width, .overlap = static_cast<int64_t>(random.below(static_cast<uint64_t>(width) / 2 + 1))};
    check(document, split_text(document, "d", options), options);
    check(document, split_markdown(document, "d", options), options);
    int64_t letters = 0, covered = 0;
    for (const char c : document) letters += c == 'w' || c == 'S';
    for (const Passage& passage : split_text(document, "d", {.width = width, .overlap = 0})) {
      for (const char c : passage.text) covered += c == 'w' || c == 'S';
    }
    EXPECT_EQ(covered, letters);
  }
}

TEST(SplitAnswers, a_row_is_a_passage_named_by_its_place) {
  const std::vector<Passage> passages =
      split_answers({{"Lost my card?", "Block it.", "faq.csv:2"},
                     {"丢卡了？", "请冻结银行卡。然后申请新卡。", "faq.csv:3"}},
                    {.width = 16, .overlap = 0});
  ASSERT_EQ(passages.size(), 3U);
  EXPECT_EQ(passages[0].id, "faq.csv:2");
  EXPECT_EQ(passages[0].title, "Lost my card?");
  EXPECT_EQ(passages[1].id, "faq.csv:3#1");
  EXPECT_EQ(passages[2].id, "faq.csv:3#2");
  EXPECT_EQ(passages[2].title, "丢卡了？");
  EXPECT_EQ(passages[2].source, "faq.csv:3");
}

TEST(Split, what_cannot_be_split_is_refused) {
  expect_error(ErrorCode::corrupt_data, {"m.md", "broken byte at 2"}, [] { split_text("ab\xFF", "m.md"); });
  expect_error(ErrorCode::corrupt_data, {"faq.csv:9", "question"}, [] {
    split_answers({{"", "yes", "faq.csv:9"}});
  });
  expect_error(ErrorCode::corrupt_data, {"faq.csv:9"}, [] { split_answers({{"q", " \n", "faq.csv:9"}}); });
  expect_error(ErrorCode::invalid_argument, {"overlap"},
               [] { split_text("a", "d", {.width = 100, .overlap = 51}); });
  expect_error(ErrorCode::invalid_argument, {"width"},
               [] { split_text("a", "d", {.width = 3, .overlap = 0}); });
}

}  // namespace
}  // namespace heed::search
