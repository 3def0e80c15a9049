#include "apps/translate/alignment.h"

#include <gmock/gmock.h>

#include "apps/translate/line_output.h"

using namespace heed;
using namespace heed::apps;

namespace {

infer::TranslationResult sample() {
  infer::TranslationResult result;
  result.source_pieces = {"▁Save", "▁As", "</s>"};
  infer::Translation best;
  best.text = "另存为";
  best.score = -0.25;
  best.pieces = {"▁", "另存", "为", "</s>"};
  best.alignment = {{0.5F, 0.25F, 0.25F}, {0.8F, 0.2F, 0.0F}, {0.1F, 0.9F, 0.0F}, {0.0F, 0.0F, 1.0F}};
  infer::Translation second = best;
  second.text = "保存为";
  second.score = -0.5;
  result.best = {best, second};
  return result;
}

}  // namespace

TEST(Alignment, hard_gives_the_strongest_source_piece_of_each_target_piece) {
  const auto result = sample();
  EXPECT_EQ(hard_alignment(result.best[0].alignment, result.best[0].pieces), "0-0 0-1 1-2");
}

TEST(Alignment, soft_gives_every_share_without_idle_zeros) {
  EXPECT_EQ(soft_alignment({{0.5F, 0.25F, 0.25F}, {0.0F, 0.0F, 1.0F}}), "0.5,0.25,0.25 0,0,1");
}

TEST(Alignment, shown_to_a_person_lines_up_with_wide_characters) {
  const auto result = sample();
  const std::string text = readable_alignment(result.best[0], result.source_pieces);
  EXPECT_THAT(text, testing::HasSubstr("  另存 ← Save 0.80, As 0.20\n"));
  EXPECT_THAT(text, testing::HasSubstr("  为   ← As 0.90, Save 0.10\n"));
}

TEST(LineOutput, is_one_line_a_translation_in_marians_form) {
  auto result = sample();
  EXPECT_EQ(format_result(result, "Save As", 7, {.nbest = true}),
            "7 ||| 另存为 ||| -0.2500\n7 ||| 保存为 ||| -0.5000\n");
  result.best.resize(1);
  EXPECT_EQ(format_result(result, "Save As", 7, {}), "另存为\n");
  EXPECT_EQ(format_result(result, "Save As", 7, {.alignment = AlignmentStyle::hard}),
            "另存为 ||| 0-0 0-1 1-2\n");
}

TEST(LineOutput, of_an_empty_line_is_an_empty_line) { EXPECT_EQ(format_result({}, "", 0, {}), "\n"); }

TEST(LineOutput, in_json_is_one_object_with_all_translations) {
  const std::string line =
      format_result(sample(), "Save \"As\"", 0, {.json = true, .alignment = AlignmentStyle::hard});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const Json json = Json::parse(line);
  EXPECT_EQ(json["source"], "Save \"As\"");
  EXPECT_EQ(json["translations"].size(), 2u);
  EXPECT_EQ(json["translations"][0]["text"], "另存为");
  EXPECT_EQ(json["translations"][0]["alignment"][1][0], 0.8);
}
