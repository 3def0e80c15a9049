#include <algorithm>

#include <gmock/gmock.h>

#include "cli/run_heed.h"

using heed::test::run_heed;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Usage, help_of_every_command_shows_an_example) {
  const auto help = run_heed({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* name : {"train", "eval", "translate", "classify", "data", "model"}) {
    EXPECT_THAT(help.output, HasSubstr(name));
  }
  EXPECT_THAT(help.output, HasSubstr("Example"));
  for (const char* name : {"eval", "translate", "classify", "data", "model"}) {
    const auto one = run_heed({name, "--help"});
    EXPECT_EQ(one.status, 0);
    EXPECT_THAT(one.output, HasSubstr("Usage: heed " + std::string(name)));
    EXPECT_THAT(one.output, HasSubstr("Example"));
    EXPECT_EQ(one.error, "");
  }
}

TEST(Usage, version_is_printed) { EXPECT_THAT(run_heed({"--version"}).output, StartsWith("heed 0.")); }

TEST(Usage, a_misspelt_command_or_option_is_answered_with_the_nearest_one) {
  const auto command = run_heed({"trnaslate"});
  EXPECT_EQ(command.status, 2);
  EXPECT_EQ(command.error,
            "heed: unknown command 'trnaslate' (did you mean 'translate'?); see heed --help\n");
  const auto option = run_heed({"translate", "model", "--beem", "3"});
  EXPECT_EQ(option.status, 2);
  EXPECT_THAT(option.error, HasSubstr("unknown option '--beem' (did you mean '--beam'?)"));
  const auto nested = run_heed({"data", "chek"});
  EXPECT_EQ(nested.status, 2);
  EXPECT_THAT(nested.error, HasSubstr("did you mean 'check'?"));
}

TEST(Usage, wrong_values_and_combinations_are_one_line_and_exit_status_2) {
  const std::vector<std::vector<std::string>> wrong = {{},
                                                       {"translate"},
                                                       {"translate", "m", "--beam", "0"},
                                                       {"translate", "m", "--beam", "many"},
                                                       {"translate", "m", "--in-place"},
                                                       {"translate", "m", "text.txt", "--po", "a.po"},
                                                       {"eval", "m"},
                                                       {"eval", "m", "--source", "a"},
                                                       {"classify", "m", "--top", "0"},
                                                       {"model"}};
  for (const auto& arguments : wrong) {
    const auto outcome = run_heed(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.error;
    EXPECT_EQ(outcome.output, "");
    EXPECT_EQ(std::ranges::count(outcome.error, '\n'), 1) << outcome.error;
  }
}

TEST(Usage, a_wrong_value_names_what_was_expected_and_found) {
  const auto error = [](const std::vector<std::string>& arguments) { return run_heed(arguments).error; };
  EXPECT_EQ(error({"translate", "m", "--beam", "0"}),
            "heed translate: --beam: expected 1 to 64, found 0; see heed translate --help\n");
  EXPECT_THAT(error({"classify", "m", "--top", "0"}), HasSubstr("--top: expected 1 to 1048576, found 0;"));
  EXPECT_EQ(error({"data", "split", "a", "--share", "2", "--train", "b", "--held-out", "c"}),
            "heed data split: --share: expected 0 to 1, found 2; see heed data split --help\n");
  EXPECT_THAT(error({"translate", "m", "--alignment", "loose"}),
              HasSubstr("--alignment: expected one of hard,show,soft, found 'loose'"));
  EXPECT_THAT(error({"eval", "m", "--tokenize", "moses"}), HasSubstr("--tokenize: expected one of "));
}

TEST(Usage, no_help_shows_how_the_parser_thinks) {
  for (const char* name : {"check", "clean", "split"}) {
    const std::string help = run_heed({"data", name, "--help"}).output;
    for (const char* noise : {"{false}", "TEXT", "…"})
      EXPECT_EQ(help.find(noise), std::string::npos) << noise;
  }
}

TEST(Usage, a_model_that_is_not_there_is_named) {
  const auto outcome = run_heed({"classify", "/nowhere/model"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.error, StartsWith("heed: /nowhere/model: "));
}
