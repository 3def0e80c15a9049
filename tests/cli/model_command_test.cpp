#include <gmock/gmock.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/run_heed.h"
#include "infer/tiny_model.h"
#include "model/int8_contents.h"

using namespace heed;
using test::run_heed;
using testing::AllOf;
using testing::HasSubstr;

namespace {

class ModelCommand : public testing::Test {
 protected:
  ModelCommand() { write_model(folder_ / "bank", test::tiny_contents(test::tiny_classifier())); }
  std::string model() const { return (folder_ / "bank").string(); }

  test::ScratchFolder folder_;
};

}  // namespace

TEST_F(ModelCommand, show_says_what_the_model_is) {
  const auto outcome = run_heed({"model", "show", model()});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("transformer_encoder"), HasSubstr("transfer, card_lost, fee"),
                                    HasSubstr("cards, money"), HasSubstr("valid.loss"), HasSubstr("1.25")));
}

TEST_F(ModelCommand, show_as_json_counts_parameters_and_versions) {
  write_model(folder_ / "bank", test::tiny_contents(test::tiny_classifier(), 2));
  const auto outcome = run_heed({"model", "show", model(), "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const Json json = Json::parse(outcome.output);
  EXPECT_EQ(json["version"], 2);
  EXPECT_EQ(json["versions"], Json::array({1, 2}));
  int64_t parameters = 0;
  for (const Tensor& weight : test::tiny_contents(test::tiny_classifier()).weights) {
    parameters += static_cast<int64_t>(weight.bytes.size() / sizeof(float));
  }
  EXPECT_EQ(json["parameters"], parameters);
  EXPECT_EQ(json["heads"][1]["multi_label"], true);
  EXPECT_EQ(Json::parse(run_heed({"model", "show", model() + "/1", "--json"}).output)["version"], 1);
}

TEST_F(ModelCommand, show_and_verify_know_int8) {
  write_model(folder_ / "bank-int8", test::int8_contents(test::tiny_contents(test::tiny_classifier())));
  const std::string small = (folder_ / "bank-int8").string();
  const auto shown = run_heed({"model", "show", small});
  ASSERT_EQ(shown.status, 0) << shown.error;
  EXPECT_THAT(shown.output, AllOf(HasSubstr("precision     int8\n"), HasSubstr("F32, 17 I8 arrays")));
  EXPECT_THAT(run_heed({"model", "show", model()}).output, HasSubstr("precision     fp32\n"));
  const Json json = Json::parse(run_heed({"model", "show", small, "--json"}).output);
  EXPECT_EQ(json["precision"], "int8");
  EXPECT_EQ(json["parameters"],
            Json::parse(run_heed({"model", "show", model(), "--json"}).output)["parameters"]);
  EXPECT_EQ(run_heed({"model", "verify", small}).status, 0);
}

TEST_F(ModelCommand, verify_passes_a_sound_model_and_names_what_is_wrong_with_another) {
  const auto sound = run_heed({"model", "verify", model()});
  EXPECT_EQ(sound.status, 0) << sound.error;
  EXPECT_THAT(sound.output, HasSubstr("all finite"));

  const std::filesystem::path weights = folder_ / "bank" / "1" / "model.safetensors";
  ASSERT_TRUE(std::filesystem::exists(weights));
  std::filesystem::resize_file(weights, std::filesystem::file_size(weights) - 4);
  const auto cut = run_heed({"model", "verify", model()});
  EXPECT_NE(cut.status, 0);
  EXPECT_THAT(cut.error, HasSubstr("model.safetensors"));
  EXPECT_EQ(std::ranges::count(cut.error, '\n'), 1) << cut.error;
}

TEST_F(ModelCommand, verify_finds_a_weight_that_is_no_number) {
  ModelContents contents = test::tiny_contents(test::tiny_classifier());
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(contents.weights[0].bytes.data(), &nan, sizeof nan);
  write_model(folder_ / "sick", contents);
  const auto outcome = run_heed({"model", "verify", (folder_ / "sick").string()});
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.error, HasSubstr(contents.weights[0].name));
}
