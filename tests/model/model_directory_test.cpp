#include "model/model_directory.h"

#include <fstream>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "infer/tiny_model.h"

namespace heed {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ModelDirectoryOnDisk : public ::testing::Test {
 protected:
  void write(const ModelConfig& config) { version_ = write_model(name_, test::tiny_contents(config)); }

  void put(const std::string& file, const std::string& content) {
    write_file_atomically(version_ / file, content);
  }

  void replace(const std::string& file, const std::string& before, const std::string& after) {
    std::string text = read_file(version_ / file);
    const size_t at = text.find(before);
    ASSERT_NE(at, std::string::npos) << before;
    put(file, text.replace(at, before.size(), after));
  }

  std::string refusal(ErrorCode code) {
    try {
      open_model(name_);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_THAT(error.what(), ::testing::Not(HasSubstr("\n")));
      return error.what();
    }
    return "no error";
  }

  test::ScratchFolder folder_;
  fs::path name_ = folder_ / "模型 model";
  fs::path version_;
};

TEST_F(ModelDirectoryOnDisk, opens_by_name_by_version_and_through_current) {
  write(test::tiny_classifier());
  for (const fs::path& path : {name_, name_ / "", name_ / "1", name_ / "current"}) {
    const ModelDirectory model = open_model(path);
    EXPECT_EQ(model.name, "模型 model");
    EXPECT_EQ(model.version, 1);
    EXPECT_EQ(model.path, fs::canonical(name_ / "1"));
  }
}

TEST_F(ModelDirectoryOnDisk, gives_back_what_was_written) {
  const ModelContents contents = test::tiny_contents(test::tiny_classifier());
  write_model(name_, contents);
  const ModelDirectory model = open_model(name_);
  EXPECT_EQ(model.config, contents.config);
  EXPECT_EQ(model.metrics, contents.metrics);
  EXPECT_EQ(model.tokenizer("joint.model"), contents.tokenizers.at("joint.model"));
  for (const Tensor& tensor : contents.weights) EXPECT_EQ(model.weights.at(tensor.name).bytes, tensor.bytes);
}

TEST_F(ModelDirectoryOnDisk, says_that_there_is_no_model_there) {
  EXPECT_THAT(refusal(ErrorCode::not_found), HasSubstr("expected a model directory, found nothing"));
  fs::create_directory(name_);
  EXPECT_THAT(refusal(ErrorCode::not_found),
              AllOf(HasSubstr("current"), HasSubstr("copy the whole model again")));
}

TEST_F(ModelDirectoryOnDisk, names_the_versions_when_current_is_missing_or_dangling) {
  write(test::tiny_classifier());
  fs::remove(name_ / "current");
  EXPECT_THAT(refusal(ErrorCode::not_found),
              AllOf(HasSubstr("found none"), HasSubstr("versions 1 are there")));
  fs::create_symlink("7", name_ / "current");
  EXPECT_THAT(refusal(ErrorCode::not_found),
              AllOf(HasSubstr("one to '7', which is missing"), HasSubstr("model/1")));
}

TEST_F(ModelDirectoryOnDisk, a_half_copied_version_names_the_missing_file_and_the_cure) {
  for (const std::string file :
       {"config.json", "model.safetensors", "tokenizers/joint.model", "heads/intent.json"}) {
    write(test::tiny_classifier());
    fs::remove(version_ / file);
    EXPECT_THAT(refusal(ErrorCode::not_found),
                AllOf(HasSubstr(file), HasSubstr("copy the whole version again")));
  }
}

TEST_F(ModelDirectoryOnDisk, metrics_and_card_may_be_missing) {
  write(test::tiny_classifier());
  fs::remove(version_ / "metrics.json");
  fs::remove(version_ / "card.md");
  EXPECT_TRUE(open_model(name_).metrics.is_null());
}

TEST_F(ModelDirectoryOnDisk, weights_must_be_those_of_the_configuration) {
  write(test::tiny_translator());
  replace("config.json", "\"ffn_dim\": 24", "\"ffn_dim\": 32");
  EXPECT_THAT(refusal(ErrorCode::corrupt_data), AllOf(HasSubstr("'encoder.layers.0.feed_forward.up.weight'"),
                                                      HasSubstr("[32, 16]"), HasSubstr("[24, 16]")));
  write(test::tiny_translator());
  replace("config.json", "\"decoder_layers\": 2", "\"decoder_layers\": 1");
  EXPECT_THAT(refusal(ErrorCode::corrupt_data), HasSubstr("only the weights of config.json"));
  write(test::tiny_translator());
  replace("config.json", "\"decoder_layers\": 2", "\"decoder_layers\": 3");
  EXPECT_THAT(refusal(ErrorCode::corrupt_data), HasSubstr("'decoder.layers.2.self_attention.norm.weight'"));
}

TEST_F(ModelDirectoryOnDisk, weights_of_another_number_format_are_refused) {
  ModelContents contents = test::tiny_contents(test::tiny_translator());
  write_model(name_, contents);
  contents.weights[0].type = DataType::i32;
  write_safetensors(name_ / "1" / "model.safetensors", contents.weights);
  EXPECT_THAT(refusal(ErrorCode::corrupt_data), AllOf(HasSubstr("F32, BF16 or I8"), HasSubstr("I32")));
}

TEST_F(ModelDirectoryOnDisk, labels_that_do_not_fit_the_weights_name_both_files) {
  write(test::tiny_classifier());
  replace("heads/intent.json", "\"fee\"", "\"fee\", \"rate\"");
  EXPECT_THAT(refusal(ErrorCode::corrupt_data), AllOf(HasSubstr("model.safetensors"), HasSubstr("[4, 16]"),
                                                      HasSubstr("heads/intent.json lists 4 labels")));
}

TEST_F(ModelDirectoryOnDisk, temperatures_must_be_finite_and_positive) {
  write(test::tiny_classifier());
  replace("heads/intent.json", "1.5", "-1.5");
  EXPECT_THAT(refusal(ErrorCode::corrupt_data), HasSubstr("heads/intent.temperature"));
  write(test::tiny_classifier());
  replace("heads/intent.json", "1.5", "1e999");
  EXPECT_THAT(refusal(ErrorCode::corrupt_data), HasSubstr("heads/intent.json"));
  write(test::tiny_classifier());
  replace("heads/intent.json", "1.5", "NaN");
  EXPECT_THAT(refusal(ErrorCode::corrupt_data), HasSubstr("expected JSON"));
}

TEST_F(ModelDirectoryOnDisk, names_in_the_configuration_cannot_leave_the_directory) {
  write(test::tiny_classifier());
  replace("config.json", "joint.model", "../../secret");
  EXPECT_THAT(refusal(ErrorCode::corrupt_data), HasSubstr("a plain file name"));
  write(test::tiny_classifier());
  replace("config.json", "\"intent\"", "\"../intent\"");
  EXPECT_THAT(refusal(ErrorCode::corrupt_data), HasSubstr("a plain name"));
  write(test::tiny_classifier());
  EXPECT_THROW(open_model(name_).tokenizer("../config.json"), Error);
}

TEST_F(ModelDirectoryOnDisk, hostile_sizes_in_the_configuration_are_refused_before_allocation) {
  for (const std::string huge : {"9223372036854775807", "1048577", "-5", "1e30"}) {
    write(test::tiny_translator());
    replace("config.json", "\"ffn_dim\": 24", "\"ffn_dim\": " + huge);
    EXPECT_THAT(refusal(ErrorCode::corrupt_data), HasSubstr("'ffn_dim'"));
  }
}

TEST_F(ModelDirectoryOnDisk, an_empty_or_broken_file_is_named) {
  for (const std::string file : {"config.json", "model.safetensors", "heads/topics.json", "metrics.json"}) {
    for (const std::string& content : {std::string(), std::string(64, '\0'), std::string("{\"a\": ")}) {
      write(test::tiny_classifier());
      put(file, content);
      EXPECT_THAT(refusal(ErrorCode::corrupt_data), HasSubstr(file));
    }
  }
}

}  // namespace
}  // namespace heed
