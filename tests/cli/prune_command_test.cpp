#include <filesystem>

#include <gmock/gmock.h>

#include "base/json.h"
#include "cli/run_heed.h"

// A model made smaller as a user does it: from a trained one to a table before and after.
namespace heed::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class PruneCommand : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(fs::path(HEED_BINARY).parent_path() / "heed-train")) GTEST_SKIP() << "no heed-train";
    std::string rows = "text,label\n";
    for (int i = 0; i < 120; ++i) {
      rows += (i % 2 == 0 ? "where is my card number " : "转账没有到账 ") + std::to_string(i) +
              (i % 2 == 0 ? ",card\n" : ",transfer\n");
    }
    write_file_atomically(folder_ / "rows.csv", rows);
    write_file_atomically(folder_ / "test.csv",
                          "text,label\nwhere is my card now,card\n转账还没有到账,transfer\n");
    write_file_atomically(
        folder_ / "recipe.toml",
        "data.folder = '" + path("") +
            "'\ndata.train = 'rows.csv'\ndata.validation_share = 0.2\noutput.model = '" + path("bank") +
            "'\n[text]\nvocabulary = 60\n[model]\narchitecture = 'transformer_encoder'\ndim = 16\nffn_dim = "
            "32\n"
            "encoder_layers = 2\nattention.heads = 2\n[[model.heads]]\nname = 'label'\nlabel = 'label'\n"
            "[train]\nepochs = 6\nlearning_rate = 0.005\nwarmup_steps = 0\nbatch_tokens = 64\n");
    const Outcome trained = run_heed({"train", path("recipe.toml"), "--quiet"});
    ASSERT_EQ(trained.status, 0) << trained.error;
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  Outcome prune(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"prune", path("bank"), "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_heed(arguments);
  }
  ScratchFolder folder_;
};

TEST_F(PruneCommand, prints_size_quality_and_speed_before_and_after) {
  const Outcome outcome =
      prune({"--encoder-layers", "1", "--heads", "1", "--ffn-dim", "8", "--eval", path("test.csv")});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("parameters"), HasSubstr("bytes of weights"),
                                    HasSubstr("accuracy"), HasSubstr("texts a second"),
                                    HasSubstr("measured on 2 texts"), HasSubstr("bank-pruned/1\n")));
  EXPECT_THAT(outcome.output, testing::Not(HasSubstr("error of weights")));
  EXPECT_EQ(run_heed({"model", "verify", path("bank-pruned")}).status, 0);
  const Outcome shown = run_heed({"model", "show", path("bank-pruned")});
  EXPECT_THAT(shown.output, AllOf(HasSubstr("1 encoder"), HasSubstr("heed prune"))) << shown.output;
  // What was pruned can be quantised, and answers in both languages.
  ASSERT_EQ(run_heed({"quantize", path("bank-pruned"), "--to", "int8"}).status, 0);
  const Outcome answers =
      run_heed({"classify", path("bank-pruned-int8")}, "where is my card\n转账没有到账\n");
  EXPECT_THAT(answers.output, AllOf(HasSubstr("card"), HasSubstr("transfer")));
}

TEST_F(PruneCommand, writes_json_to_a_named_output) {
  const Outcome outcome = prune({"--ffn-dim", "8", "--steps", "2", "--json", "--output", path("小模型")});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const Json json = Json::parse(outcome.output);
  EXPECT_LT(json["after"]["parameters"].get<int64_t>(), json["before"]["parameters"].get<int64_t>());
  EXPECT_EQ(json["after"]["model"], path("小模型") + "/1");
  EXPECT_FALSE(json.contains("weight_error"));
}

TEST_F(PruneCommand, says_in_one_line_what_is_wrong) {
  const auto refused = [&](const std::vector<std::string>& arguments, int status, const std::string& part) {
    const Outcome outcome = prune(arguments);
    EXPECT_EQ(outcome.status, status);
    EXPECT_THAT(outcome.error, AllOf(testing::StartsWith("heed prune: "), HasSubstr(part)));
    EXPECT_EQ(std::ranges::count(outcome.error, '\n'), 1) << outcome.error;
    EXPECT_FALSE(fs::exists(path("bank-pruned")));
  };
  refused({"--ffn-dim", "0"}, 2, "--ffn-dim: expected 1 to 32");
  refused({"--ffn-dimm", "8"}, 2, "did you mean '--ffn-dim'?");
  refused({}, 2, "expected --encoder-layers");
  refused({"--ffn-dim", "8", "--resume", "--fresh"}, 2, "expected --resume or --fresh, found both");
  refused({"--ffn-dim", "8", "--eval", path("test.csv"), path("rows.csv")}, 2, "--eval: expected one table");
  refused({"--ffn-dim", "8", "--recipe", path("nowhere.toml")}, 3, "nowhere.toml");
}

}  // namespace
}  // namespace heed::test
