#include "model/read_contents.h"

#include <string>

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/files.h"
#include "infer/tiny_model.h"

namespace heed {
namespace {

TEST(ReadContents, gives_what_was_written_but_the_record_of_its_training) {
  const test::ScratchFolder folder;
  ModelContents written = test::tiny_contents(test::tiny_classifier());
  written.assets = {{"模板.txt", "你好"}, {"aliases.json", "{}"}};
  written.run = {{"metrics.jsonl", "{}\n"}};
  write_model(folder / "m", written);
  const ModelContents read = read_contents(open_model(folder / "m"));
  EXPECT_EQ(read.config, written.config);
  EXPECT_EQ(read.tokenizers, written.tokenizers);
  EXPECT_EQ(read.metrics, written.metrics);
  EXPECT_EQ(read.card, written.card);
  EXPECT_EQ(read.assets, written.assets);
  EXPECT_TRUE(read.run.empty());
  EXPECT_EQ(read.weights.size(), written.weights.size());
  write_model(folder / "again", read);
  EXPECT_EQ(read_file(folder / "m" / "1" / "model.safetensors").size(),
            read_file(folder / "again" / "1" / "model.safetensors").size());
  for (const Tensor& tensor : written.weights)
    EXPECT_EQ(open_model(folder / "again").weights.at(tensor.name).bytes, tensor.bytes);
}

TEST(ReadContents, does_without_card_metrics_and_assets) {
  const test::ScratchFolder folder;
  ModelContents bare = test::tiny_contents(test::tiny_translator());
  bare.card.clear();
  bare.metrics = nullptr;
  write_model(folder / "m", bare);
  const ModelContents read = read_contents(open_model(folder / "m"));
  EXPECT_EQ(read.card, "");
  EXPECT_TRUE(read.metrics.is_null());
  EXPECT_TRUE(read.assets.empty());
}

TEST(ReadContents, names_a_folder_among_the_assets) {
  const test::ScratchFolder folder;
  write_model(folder / "m", test::tiny_contents(test::tiny_translator()));
  std::filesystem::create_directories(folder / "m" / "1" / "assets" / "更多");
  expect_error(ErrorCode::corrupt_data, {"assets", "expected plain files alone, found '更多'"},
               [&] { read_contents(open_model(folder / "m")); });
}

}  // namespace
}  // namespace heed
