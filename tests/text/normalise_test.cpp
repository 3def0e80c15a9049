#include "text/normalise.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

namespace heed {
namespace {

TEST(Normalise, nfkc_folds_full_width_forms_and_ligatures) {
  EXPECT_EQ(normalise("Ｈｅｅｄ　１２３，好的 ﬁne", {}), "Heed 123,好的 fine");
}

TEST(Normalise, nfc_composes_but_keeps_full_width_forms) {
  EXPECT_EQ(normalise("e\u0301 Ａ", {.form = Normalisation::nfc}), "é Ａ");
}

TEST(Normalise, none_only_tidies_spaces_and_controls) {
  EXPECT_EQ(normalise("  Ａ\u00A0\t ﬁ\x01 \r\n", {.form = Normalisation::none}), "Ａ ﬁ");
}

TEST(Normalise, lower_case_covers_more_than_ascii) {
  EXPECT_EQ(normalise("ÀÉ ΣΑΣ Straße 你好 ™", {.lowercase = true}), "àé σας straße 你好 tm");
}

TEST(Normalise, byte_order_mark_and_controls_vanish) {
  EXPECT_EQ(normalise("\xEF\xBB\xBF"
                      "a\x07"
                      "b",
                      {}),
            "ab");
}

TEST(Normalise, broken_utf8_becomes_the_replacement_character) {
  EXPECT_EQ(normalise("a\xFF"
                      "b",
                      {}),
            "a\uFFFDb");
}

TEST(Normalise, twice_is_the_same_as_once_for_random_code_points) {
  Random random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) {
      const std::array<uint32_t, 4> starts = {0x20, 0x300, 0x1E00, 0x3000};
      const uint32_t c = starts[random.below(4)] + static_cast<uint32_t>(random.below(0x200));
      if (c < 0x800) {
        text += static_cast<char>(0xC0 | c >> 6);
      } else {
        text += static_cast<char>(0xE0 | c >> 12);
        text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
      }
      text += static_cast<char>(0x80 | (c & 0x3F));
    }
    for (const bool lowercase : {false, true}) {
      const std::string once = normalise(text, {.lowercase = lowercase});
      ASSERT_EQ(normalise(once, {.lowercase = lowercase}), once) << "round " << round;
    }
  }
}

TEST(Normalise, unknown_form_names_the_nearest) {
  try {
    parse_normalisation("nfkcc");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_NE(std::string(error.what()).find("did you mean 'nfkc'"), std::string::npos) << error.what();
  }
}

TEST(Utf8, first_broken_byte_is_found) {
  EXPECT_EQ(find_invalid_utf8("héé 你好 😀"), std::string::npos);
  EXPECT_EQ(find_invalid_utf8("ab\x80"), 2u);
  EXPECT_EQ(find_invalid_utf8("你\xE4\xBD"), 3u);     // cut short
  EXPECT_EQ(find_invalid_utf8("x\xED\xA0\x80"), 1u);  // a surrogate
  EXPECT_EQ(find_invalid_utf8("\xC0\x80"), 0u);       // an overlong form
  EXPECT_EQ(find_invalid_utf8(std::string("a\0b", 3)), std::string::npos);
}

TEST(Utf8, prefix_never_splits_a_code_point) {
  EXPECT_EQ(utf8_prefix("你好", 6), 6u);
  EXPECT_EQ(utf8_prefix("你好", 5), 3u);
  EXPECT_EQ(utf8_prefix("你好", 1), 3u);  // at least one
  EXPECT_EQ(count_characters("a你😀"), 3);
}

TEST(Script, dominant_script_counts_letters_only) {
  EXPECT_EQ(dominant_script("Hello, 世界"), "Latin");
  EXPECT_EQ(dominant_script("打开 PDF 文件夹里的图片"), "Han");
  EXPECT_EQ(dominant_script("Привет 123"), "Cyrillic");
  EXPECT_EQ(dominant_script("12 % — 😀"), "");
}

}  // namespace
}  // namespace heed
