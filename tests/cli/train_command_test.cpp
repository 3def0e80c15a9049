#include <filesystem>

#include <gmock/gmock.h>

#include "cli/run_heed.h"

using heed::test::run_heed;
using testing::HasSubstr;

namespace {

bool has_trainer() {
  return std::filesystem::exists(std::filesystem::path(HEED_BINARY).parent_path() / "heed-train");
}

}  // namespace

TEST(TrainCommand, says_so_where_the_build_has_no_training) {
  if (has_trainer()) GTEST_SKIP() << "this build has heed-train";
  const auto outcome = run_heed({"train", "recipe.toml"});
  EXPECT_EQ(outcome.status, 6);
  EXPECT_THAT(outcome.error, HasSubstr("built with -DHEED_TRAINING=OFF"));
}

TEST(TrainCommand, forwards_help_and_errors_of_the_trainer) {
  if (!has_trainer()) GTEST_SKIP() << "this build has no heed-train";
  const auto help = run_heed({"train", "--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.output, HasSubstr("--set"));
  EXPECT_THAT(help.output, HasSubstr("--resume"));
  EXPECT_THAT(help.output, HasSubstr("Examples:"));
  const auto option = run_heed({"train", "r.toml", "--resum"});
  EXPECT_EQ(option.status, 2);
  EXPECT_EQ(option.error,
            "heed train: unknown option '--resum' (did you mean '--resume'?); see heed train --help\n");
  const auto missing = run_heed({"train", "/nowhere/recipe.toml"});
  EXPECT_EQ(missing.status, 3);
  EXPECT_THAT(missing.error, HasSubstr("/nowhere/recipe.toml"));
}
