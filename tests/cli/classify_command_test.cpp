#include <gmock/gmock.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/run_heed.h"
#include "infer/tiny_model.h"

using namespace heed;
using test::run_heed;
using testing::HasSubstr;
using testing::MatchesRegex;

namespace {

class ClassifyCommand : public testing::Test {
 protected:
  void SetUp() override { write_model(folder_ / "bank", test::tiny_contents(test::tiny_classifier())); }
  std::string model() const { return (folder_ / "bank").string(); }

  test::ScratchFolder folder_;
};

constexpr const char* kText = "my card was stolen\n我的银行卡被偷了\n\n";

}  // namespace

TEST_F(ClassifyCommand, gives_label_and_probability_of_each_line) {
  const auto outcome = run_heed({"classify", model(), "--head", "intent"}, kText);
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const std::string line = "(transfer|card_lost|fee)\t[01]\\.[0-9]{4}\n";
  EXPECT_THAT(outcome.output, testing::ContainsRegex("^" + line + line + line + "$"));
}

TEST_F(ClassifyCommand, gives_the_columns_of_several_heads_side_by_side) {
  const auto outcome = run_heed({"classify", model(), "--top", "2"}, "where is my card\n");
  EXPECT_THAT(outcome.output,
              testing::ContainsRegex("^[a-z_]+,[a-z_]+\t[0-9.]+,[0-9.]+\t[a-z]+,[a-z]+\t[0-9.]+,[0-9.]+\n$"));
}

TEST_F(ClassifyCommand, json_holds_every_asked_label_and_attention_that_sums_to_one) {
  const auto outcome =
      run_heed({"classify", model(), "--head", "intent", "--top", "9", "--json"}, "我的银行卡在哪里\n");
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const Json json = Json::parse(outcome.output);
  EXPECT_EQ(json["text"], "我的银行卡在哪里");
  ASSERT_EQ(json["heads"].size(), 1u);
  const Json& head = json["heads"][0];
  EXPECT_EQ(head["labels"].size(), 3u);
  double probability = 0, attention = 0;
  for (const Json& label : head["labels"]) probability += label["probability"].get<double>();
  for (const Json& piece : head["attention"]) attention += piece["weight"].get<double>();
  EXPECT_NEAR(probability, 1.0, 0.001);
  EXPECT_NEAR(attention, 1.0, 0.01);
}

TEST_F(ClassifyCommand, explains_with_words_of_the_text_itself) {
  const auto outcome =
      run_heed({"classify", model(), "--head", "intent", "--explain"}, "my card was stolen\n");
  EXPECT_THAT(outcome.output, testing::ContainsRegex("\n  (my|card|was|stolen) [0-9.]+, "));
}

TEST_F(ClassifyCommand, names_the_nearest_head) {
  const auto outcome = run_heed({"classify", model(), "--head", "intnet"}, "a\n");
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.error,
              HasSubstr("expected a head 'intnet', found intent topics (did you mean 'intent'?)"));
}

TEST_F(ClassifyCommand, refuses_a_translator_and_names_the_command_for_it) {
  write_model(folder_ / "ui", test::tiny_contents(test::tiny_translator()));
  const auto outcome = run_heed({"classify", (folder_ / "ui").string()}, "a\n");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.error, HasSubstr("heed translate is for it"));
}
