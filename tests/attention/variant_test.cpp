#include "attention/variant.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace heed::attention {
namespace {

TEST(Variant, names_and_enumerators_go_both_ways) {
  for (const std::string& name : score_names()) EXPECT_EQ(to_string(parse_score(name)), name);
  for (const std::string& name : normaliser_names()) EXPECT_EQ(to_string(parse_normaliser(name)), name);
  for (const char* name : {"error", "absolute", "softmax"}) EXPECT_EQ(to_string(parse_sum_guard(name)), name);
  EXPECT_EQ(parse_score("bilinear"), Score::bilinear);
  EXPECT_EQ(parse_normaliser("entmax15"), Normaliser::entmax15);
  EXPECT_EQ(parse_sum_guard("absolute"), SumGuard::absolute);
}

TEST(Variant, a_misspelt_name_is_met_with_the_nearest_one) {
  try {
    parse_normaliser("sparsmax");
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_STREQ(
        error.what(),
        "attention normaliser: expected one of softmax, sum, sigmoid, sparsemax, entmax15, hard, found "
        "'sparsmax' (did you mean 'sparsemax'?)");
  }
}

}  // namespace
}  // namespace heed::attention
