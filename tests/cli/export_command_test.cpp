#include <filesystem>

#include <gmock/gmock.h>

#include "base/files.h"
#include "cli/run_heed.h"
#include "infer/tiny_model.h"

using namespace heed;
using test::run_heed;
using testing::HasSubstr;

namespace {

class ExportCommand : public testing::Test {
 protected:
  std::string make(const ModelConfig& config) {
    write_model(folder_ / "bank", test::tiny_contents(config));
    return (folder_ / "bank").string();
  }
  std::string file() const { return (folder_ / "bank.onnx").string(); }

  test::ScratchFolder folder_;
};

}  // namespace

TEST_F(ExportCommand, writes_the_encoder_and_says_what_it_takes_and_gives) {
  const auto outcome = run_heed({"export", make(test::tiny_classifier()), "--onnx", file()});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_EQ(outcome.output, "");
  EXPECT_EQ(outcome.error, file() + ": ids, lengths -> encoded, intent, topics\n");
  EXPECT_THAT(read_file(file()), HasSubstr("encoder.layers.1.feed_forward.down.weight"));
}

TEST_F(ExportCommand, refuses_in_one_line_what_the_graph_cannot_express_and_writes_nothing) {
  ModelConfig config = test::tiny_classifier();
  config.attention.normaliser = "sparsemax";
  const auto outcome = run_heed({"export", make(config), "--onnx", file()});
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.error,
              HasSubstr("field 'attention.normaliser': expected softmax for an ONNX graph, found "
                        "sparsemax"));
  EXPECT_EQ(std::ranges::count(outcome.error, '\n'), 1) << outcome.error;
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(ExportCommand, needs_a_place_to_write_to) {
  const auto outcome = run_heed({"export", make(test::tiny_classifier()), "--onnx", "/nowhere/bank.onnx"});
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.error, HasSubstr("/nowhere"));
  EXPECT_NE(run_heed({"export", make(test::tiny_classifier())}).status, 0);
}
