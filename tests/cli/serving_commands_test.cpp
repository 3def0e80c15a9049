#include <algorithm>

#include <gmock/gmock.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/run_heed.h"
#include "infer/tiny_model.h"

using namespace heed;
using test::run_heed;
using testing::AllOf;
using testing::HasSubstr;

// heed shortlist and heed profile: a translator made faster, and measured.
namespace {

class ServingCommands : public testing::Test {
 protected:
  std::string write(const std::string& name, const ModelContents& contents) {
    write_model(folder_ / name, contents);
    return path_of(name);
  }
  std::string file(const std::string& name, const std::string& content) {
    write_file_atomically(folder_ / name, content);
    return path_of(name);
  }
  std::string path_of(const std::string& name) const { return (folder_ / name).string(); }

  test::ScratchFolder folder_;
  const std::string model_ = write("ui", test::tiny_contents(test::tiny_translator()));
  const std::string source_ = file("train.en", "open the file\nclose all windows\nprint this page\n");
  const std::string target_ = file("train.zh", "打开文件\n关闭所有窗口\n打印此页\n");
};

}  // namespace

TEST_F(ServingCommands, a_shortlist_becomes_the_next_version_of_the_model) {
  const auto outcome = run_heed({"shortlist", model_, "--source", source_, "--target", target_, "--per-token",
                                 "5", "--common", "3", "--eval", source_, target_, "--beam", "2"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("ui/2: a shortlist learned from 3 sentence pairs"),
                                    HasSubstr("100.00 % of the translations' tokens"), HasSubstr("BLEU")));
  const std::string lines = "open the file\n打印\n";
  const auto listed = run_heed({"translate", model_, "--shortlist", "--json"}, lines);
  ASSERT_EQ(listed.status, 0) << listed.error;
  EXPECT_EQ(std::ranges::count(listed.output, '\n'), 2);
  EXPECT_EQ(run_heed({"model", "verify", model_}).status, 0);
}

TEST_F(ServingCommands, a_shortlist_is_refused_where_it_cannot_be) {
  EXPECT_THAT(run_heed({"translate", model_, "--shortlist"}, "a\n").error, HasSubstr("heed shortlist"));
  const std::string bank = write("bank", test::tiny_contents(test::tiny_classifier()));
  EXPECT_THAT(run_heed({"shortlist", bank, "--source", source_, "--target", target_}).error,
              HasSubstr("expected a model that translates"));
  const std::string shorter = file("short.zh", "打开文件\n");
  const auto outcome = run_heed({"shortlist", model_, "--source", source_, "--target", shorter});
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.error, HasSubstr("short.zh"));
}

TEST_F(ServingCommands, a_profile_says_how_fast_and_where_the_time_goes) {
  const auto outcome = run_heed({"profile", model_, source_, "--beam", "2", "--workers", "2", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const Json json = Json::parse(outcome.output);
  EXPECT_EQ(json["texts"], 3);
  EXPECT_EQ(json["products"], "fp32");
  EXPECT_GT(json["texts_per_second"].get<double>(), 0.0);
  EXPECT_GT(json["limit_gops"].get<double>(), 0.0);
  double share = 0.0;
  for (const Json& operation : json["operations"]) share += operation["share"].get<double>();
  EXPECT_NEAR(share, 1.0, 1e-6);
  const auto table = run_heed({"profile", model_, source_});
  EXPECT_THAT(table.output, AllOf(HasSubstr("throughput"), HasSubstr("of limit"), HasSubstr("attention")));
}

TEST_F(ServingCommands, a_profile_of_a_classifier_counts_its_texts) {
  const std::string bank = write("bank", test::tiny_contents(test::tiny_classifier()));
  const std::string texts = file("texts.txt", "my card was stolen\n我的银行卡被偷了\n\n");
  const auto outcome = run_heed({"profile", bank, texts, "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_EQ(Json::parse(outcome.output)["texts"], 2);  // the empty line is left out
  EXPECT_THAT(run_heed({"profile", bank, file("empty.txt", "\n\n")}).error,
              HasSubstr("expected lines of text"));
}

TEST_F(ServingCommands, a_long_line_is_refused_where_it_may_not_be_split) {
  std::string line;
  for (int i = 0; i < 200; ++i) line += "Open the file. 打开文件。";
  EXPECT_EQ(run_heed({"translate", model_}, line + "\n").status, 0);
  const auto refused = run_heed({"translate", model_, "--no-split"}, line + "\n");
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.error, HasSubstr("tokens"));
}
