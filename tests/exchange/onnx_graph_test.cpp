#include <algorithm>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include "base/expect_error.h"
#include "exchange/expressible.h"
#include "exchange/onnx_export.h"
#include "exchange/onnx_library.h"
#include "exchange/onnx_limits.h"
#include "infer/tiny_model.h"

// What the files are, seen by ONNX's own library; onnx_answers_test.cpp has what they compute.
namespace heed::exchange {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

onnx::ModelProto exported(const ModelContents& contents) {
  const test::ScratchFolder folder;
  export_onnx(open_model(write_model(folder / "bank", contents)), folder / "m.onnx");
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(read_file(folder / "m.onnx")));
  return model;
}

std::vector<std::string> names(const auto& values) {
  std::vector<std::string> names;
  for (const auto& value : values) names.push_back(value.name());
  return names;
}

// "batch tokens 16"
std::string shape_of(const onnx::ValueInfoProto& value) {
  std::string text;
  for (const auto& side : value.type().tensor_type().shape().dim())
    text += (text.empty() ? "" : " ") +
            (side.has_dim_param() ? side.dim_param() : std::to_string(side.dim_value()));
  return text;
}

std::string metadata(const onnx::ModelProto& model, const std::string& key) {
  for (const auto& entry : model.metadata_props()) {
    if (entry.key() == key) return entry.value();
  }
  return "";
}

class EveryEncoder : public ::testing::TestWithParam<test::NamedVariant> {};

TEST_P(EveryEncoder, passes_the_checker_and_shapes_are_inferred_for_every_value) {
  for (ModelConfig config : {test::tiny_classifier(), test::tiny_translator()}) {
    GetParam().apply(config);
    onnx::ModelProto model = exported(test::tiny_contents(config));
    onnx::checker::check_model(model);
    model.mutable_graph()->clear_value_info();
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), {true, 1, true});
    int outputs = 0;
    for (const auto& node : model.graph().node()) outputs += node.output_size();
    EXPECT_EQ(model.graph().value_info_size() + model.graph().output_size(), outputs);
    for (const auto& value : model.graph().value_info())
      EXPECT_TRUE(value.type().tensor_type().has_shape()) << value.name();
  }
}

INSTANTIATE_TEST_SUITE_P(Models, EveryEncoder, ::testing::ValuesIn(test::expressible_variants()),
                         [](const auto& info) { return info.param.name; });

TEST(OnnxGraph, takes_ids_and_lengths_and_gives_the_encoder_and_every_head_by_its_name) {
  const onnx::ModelProto model = exported(test::tiny_contents(test::tiny_classifier()));
  ASSERT_THAT(names(model.graph().input()), ElementsAre("ids", "lengths"));
  EXPECT_EQ(shape_of(model.graph().input(0)), "batch tokens");
  EXPECT_EQ(shape_of(model.graph().input(1)), "batch");
  ASSERT_THAT(names(model.graph().output()), ElementsAre("encoded", "intent", "topics"));
  EXPECT_EQ(shape_of(model.graph().output(0)), "batch tokens 16");
  EXPECT_EQ(shape_of(model.graph().output(1)), "batch 3");
  EXPECT_EQ(shape_of(model.graph().output(2)), "batch 2");
}

TEST(OnnxGraph, takes_the_ngrams_of_a_model_that_has_them) {
  ModelConfig config = test::tiny_classifier();
  config.ngrams.buckets = 37;
  EXPECT_THAT(names(exported(test::tiny_contents(config)).graph().input()),
              ElementsAre("ids", "lengths", "token_ngram_buckets", "token_ngram_values", "text_ngram_buckets",
                          "text_ngram_values"));
  config.ngrams.embedding = false;
  EXPECT_THAT(names(exported(test::tiny_contents(config)).graph().input()),
              ElementsAre("ids", "lengths", "text_ngram_buckets", "text_ngram_values"));
}

TEST(OnnxGraph, holds_the_weights_of_the_encoder_alone_under_their_own_names) {
  const ModelContents contents = test::tiny_contents(test::tiny_translator());
  const onnx::ModelProto model = exported(contents);
  std::set<std::string> held;
  for (const auto& constant : model.graph().initializer()) held.insert(constant.name());
  for (const Tensor& weight : contents.weights) {
    const bool of_encoder = weight.name.starts_with("encoder.") || weight.name == "embedding.weight";
    EXPECT_EQ(held.contains(weight.name), of_encoder) << weight.name;
  }
}

TEST(OnnxGraph, says_which_model_it_is_its_tokenizer_and_its_labels) {
  ModelContents contents = test::tiny_contents(test::tiny_classifier());
  contents.config.classification_heads[0].labels = {"转账", "card_lost", "fee"};
  const onnx::ModelProto model = exported(contents);
  EXPECT_EQ(model.producer_name(), "heed");
  EXPECT_EQ(model.model_version(), 1);
  EXPECT_EQ(metadata(model, "model"), "bank");
  EXPECT_EQ(metadata(model, "version"), "1");
  EXPECT_EQ(metadata(model, "tokenizer"), "joint.model");
  EXPECT_EQ(metadata(model, "normalisation"), "nfkc");
  EXPECT_EQ(metadata(model, "max_length"), "64");
  const Json heads = Json::parse(metadata(model, "heads"));
  EXPECT_EQ(heads[0]["labels"], Json::array({"转账", "card_lost", "fee"}));
  EXPECT_EQ(heads[0]["temperature"], 1.5);
  EXPECT_EQ(heads[1]["name"], "topics");
  EXPECT_EQ(heads[1]["multi_label"], true);
}

TEST(OnnxGraph, refuses_what_it_cannot_express_and_names_the_field) {
  size_t seen = 0;
  for (const test::NamedVariant& variant : test::model_variants()) {
    const auto refused = test::refused_variants().find(variant.name);
    if (refused == test::refused_variants().end()) continue;
    ModelConfig config = test::tiny_classifier();
    variant.apply(config);
    expect_error(ErrorCode::unsupported, {"config.json: field '" + refused->second + "': expected "},
                 [&] { check_onnx_expresses(config, "config.json"); });
    ++seen;
  }
  EXPECT_EQ(seen, test::refused_variants().size());
}

TEST(OnnxGraph, refuses_a_recurrent_encoder) {
  ModelConfig config = test::tiny_translator();
  config.architecture = Architecture::recurrent_seq2seq;
  expect_error(ErrorCode::unsupported,
               {"expected transformer_encoder or transformer_seq2seq for an ONNX graph, found "
                "recurrent_seq2seq"},
               [&] { check_onnx_expresses(config, "config.json"); });
}

TEST(OnnxGraph, refuses_an_encoder_that_passes_what_one_file_holds) {
  ModelConfig config = test::tiny_classifier();
  config.source_vocabulary = int64_t{1} << 20;
  config.dim = 1024;
  expect_error(ErrorCode::too_large, {"2146435072 bytes"},
               [&] { check_onnx_expresses(config, "config.json"); });
}

TEST(OnnxGraph, refuses_a_head_that_has_the_name_of_an_input_or_output) {
  for (const std::string name : {"encoded", "ids", "lengths"}) {
    ModelConfig config = test::tiny_classifier();
    config.classification_heads[1].name = name;
    expect_error(ErrorCode::invalid_argument, {"found '" + name + "' twice"},
                 [&] { exported(test::tiny_contents(config)); });
  }
}

TEST(OnnxLibrary, does_not_write_what_the_checker_refuses) {
  const OnnxModel wrong{.name = "wrong",
                        .version = 1,
                        .constants = {},
                        .nodes = {{"Relu", {"nowhere"}, {"y"}, {}}},
                        .inputs = {},
                        .outputs = {{.name = "y", .type = DataType::f32, .shape = {"batch"}}},
                        .metadata = {}};
  std::string bytes, reason;
  EXPECT_FALSE(onnx_library().serialise(wrong, &bytes, &reason));
  EXPECT_THAT(reason, HasSubstr("nowhere"));
  EXPECT_EQ(bytes, "");
}

}  // namespace
}  // namespace heed::exchange
