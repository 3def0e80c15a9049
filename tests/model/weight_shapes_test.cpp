#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infer/tiny_model.h"
#include "model/config.h"

namespace heed {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> names_of(const ModelConfig& config) {
  std::vector<std::string> names;
  for (const WeightShape& weight : weight_shapes(config)) names.push_back(weight.name);
  return names;
}

std::map<std::string, std::vector<int64_t>> shapes_of(const ModelConfig& config) {
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const WeightShape& weight : weight_shapes(config)) shapes[weight.name] = weight.shape;
  return shapes;
}

TEST(WeightShapes, a_one_layer_encoder_with_a_head_lists_its_weights_in_file_order) {
  ModelConfig config = test::tiny_classifier();
  config.encoder_layers = 1;
  config.classification_heads.resize(1);
  EXPECT_THAT(
      names_of(config),
      ElementsAre("embedding.weight", "encoder.layers.0.self_attention.norm.weight",
                  "encoder.layers.0.self_attention.norm.bias", "encoder.layers.0.self_attention.query.weight",
                  "encoder.layers.0.self_attention.query.bias", "encoder.layers.0.self_attention.key.weight",
                  "encoder.layers.0.self_attention.key.bias", "encoder.layers.0.self_attention.value.weight",
                  "encoder.layers.0.self_attention.value.bias",
                  "encoder.layers.0.self_attention.output.weight",
                  "encoder.layers.0.self_attention.output.bias", "encoder.layers.0.feed_forward.norm.weight",
                  "encoder.layers.0.feed_forward.norm.bias", "encoder.layers.0.feed_forward.up.weight",
                  "encoder.layers.0.feed_forward.up.bias", "encoder.layers.0.feed_forward.down.weight",
                  "encoder.layers.0.feed_forward.down.bias", "encoder.norm.weight", "encoder.norm.bias",
                  "heads.intent.pool.query", "heads.intent.pool.key.weight", "heads.intent.pool.key.bias",
                  "heads.intent.output.weight", "heads.intent.output.bias"));
}

TEST(WeightShapes, linear_weights_are_out_by_in_and_grouped_heads_shrink_keys) {
  ModelConfig config = test::tiny_translator();
  config.key_heads = 1;
  const auto shapes = shapes_of(config);
  EXPECT_THAT(shapes.at("encoder.layers.1.self_attention.query.weight"), ElementsAre(16, 16));
  EXPECT_THAT(shapes.at("encoder.layers.1.self_attention.key.weight"), ElementsAre(8, 16));
  EXPECT_THAT(shapes.at("decoder.layers.0.cross_attention.value.bias"), ElementsAre(8));
  EXPECT_THAT(shapes.at("decoder.layers.0.feed_forward.up.weight"), ElementsAre(24, 16));
  EXPECT_THAT(shapes.at("decoder.layers.0.feed_forward.down.weight"), ElementsAre(16, 24));
}

TEST(WeightShapes, learned_parts_appear_where_the_variant_has_them) {
  ModelConfig config = test::tiny_translator();
  config.attention.score = "bilinear";
  config.attention.bias = "relative";
  config.attention.relative_reach = 3;
  config.attention.learned_temperature = true;
  config.attention.learned_span = true;
  config.attention.values = "keys";
  const auto shapes = shapes_of(config);
  EXPECT_THAT(shapes.at("decoder.layers.0.self_attention.score_matrix"), ElementsAre(2, 8, 8));
  EXPECT_THAT(shapes.at("decoder.layers.0.self_attention.relative_bias"), ElementsAre(2, 7));
  EXPECT_THAT(shapes.at("encoder.layers.0.self_attention.span"), ElementsAre(2));
  EXPECT_THAT(shapes.at("decoder.layers.0.cross_attention.log_temperature"), ElementsAre(2));
  EXPECT_FALSE(shapes.contains("decoder.layers.0.cross_attention.span"));
  EXPECT_FALSE(shapes.contains("decoder.layers.0.cross_attention.relative_bias"));
  EXPECT_FALSE(shapes.contains("encoder.layers.0.self_attention.value.weight"));
  EXPECT_FALSE(shapes.contains("encoder.layers.0.self_attention.score_vector"));
}

TEST(WeightShapes, learned_positions_have_a_table_for_each_side) {
  ModelConfig config = test::tiny_translator();
  EXPECT_FALSE(shapes_of(config).contains("positions.weight"));
  config.positions = "learned";
  EXPECT_THAT(shapes_of(config).at("positions.weight"), ElementsAre(64, 16));
  EXPECT_THAT(shapes_of(config).at("target_positions.weight"), ElementsAre(64, 16));
  config = test::tiny_classifier();
  config.positions = "learned";
  EXPECT_THAT(shapes_of(config).at("positions.weight"), ElementsAre(64, 16));
  EXPECT_FALSE(shapes_of(config).contains("target_positions.weight"));
  const auto before = names_of(test::tiny_classifier());
  config.positions = "rotary";  // learns nothing
  EXPECT_EQ(names_of(config), before);
}

TEST(WeightShapes, a_gated_block_goes_up_to_both_halves_and_down_from_one) {
  for (const char* activation : {"geglu", "swiglu"}) {
    ModelConfig config = test::tiny_translator();
    config.activation = activation;
    const auto shapes = shapes_of(config);
    EXPECT_THAT(shapes.at("encoder.layers.0.feed_forward.up.weight"), ElementsAre(48, 16));
    EXPECT_THAT(shapes.at("decoder.layers.1.feed_forward.up.bias"), ElementsAre(48));
    EXPECT_THAT(shapes.at("decoder.layers.1.feed_forward.down.weight"), ElementsAre(16, 24));
  }
}

TEST(WeightShapes, post_norm_has_the_norms_of_its_blocks_and_no_last_one) {
  ModelConfig config = test::tiny_translator();
  config.norm = "post";
  const auto shapes = shapes_of(config);
  EXPECT_FALSE(shapes.contains("encoder.norm.weight"));
  EXPECT_FALSE(shapes.contains("decoder.norm.bias"));
  EXPECT_TRUE(shapes.contains("decoder.layers.1.cross_attention.norm.weight"));
  EXPECT_EQ(shapes.size() + 4, shapes_of(test::tiny_translator()).size());
}

TEST(WeightShapes, a_recurrent_model_lists_its_memories_its_attention_and_what_joins_them) {
  ModelConfig config = test::tiny_translator();
  config.architecture = Architecture::recurrent_seq2seq;
  config.encoder_layers = config.decoder_layers = 1;
  config.attention.values = "keys";
  config.attention.score = "additive";
  EXPECT_THAT(
      names_of(config),
      ElementsAre("embedding.weight", "encoder.layers.0.forward.input.weight",
                  "encoder.layers.0.forward.input.bias", "encoder.layers.0.forward.recurrent.weight",
                  "encoder.layers.0.backward.input.weight", "encoder.layers.0.backward.input.bias",
                  "encoder.layers.0.backward.recurrent.weight", "encoder.layers.0.output.weight",
                  "encoder.layers.0.output.bias", "decoder.layers.0.start.weight",
                  "decoder.layers.0.start.bias", "decoder.layers.0.input.weight",
                  "decoder.layers.0.input.bias", "decoder.layers.0.recurrent.weight",
                  "decoder.cross_attention.query.weight", "decoder.cross_attention.query.bias",
                  "decoder.cross_attention.key.weight", "decoder.cross_attention.key.bias",
                  "decoder.cross_attention.score_vector", "decoder.combine.weight", "decoder.combine.bias"));
  const auto shapes = shapes_of(config);
  EXPECT_THAT(shapes.at("encoder.layers.0.forward.input.weight"), ElementsAre(64, 16));
  EXPECT_THAT(shapes.at("encoder.layers.0.output.weight"), ElementsAre(16, 32));
  EXPECT_THAT(shapes.at("decoder.combine.weight"), ElementsAre(16, 32));
  config.bidirectional = false;
  EXPECT_FALSE(shapes_of(config).contains("encoder.layers.0.output.weight"));
}

TEST(WeightShapes, separate_embeddings_bring_two_tables_more) {
  ModelConfig config = test::tiny_translator();
  config.source_vocabulary = 10;
  config.target_vocabulary = 12;
  EXPECT_FALSE(shapes_of(config).contains("output.weight"));
  config.shared_embeddings = false;
  EXPECT_THAT(shapes_of(config).at("embedding.weight"), ElementsAre(10, 16));
  EXPECT_THAT(shapes_of(config).at("target_embedding.weight"), ElementsAre(12, 16));
  EXPECT_THAT(shapes_of(config).at("output.weight"), ElementsAre(12, 16));
}

TEST(WeightShapes, matrices_of_products_and_tables_of_rows_alone_may_be_int8) {
  ModelConfig config = test::tiny_classifier();
  config.encoder_layers = 1;
  config.classification_heads.resize(1);
  config.positions = "learned";
  config.attention.score = "bilinear";
  config.attention.bias = "relative";
  config.ngrams.buckets = 10;
  std::vector<std::string> by_row;
  for (const WeightShape& weight : weight_shapes(config)) {
    if (!weight.by_row) continue;
    EXPECT_EQ(weight.shape.size(), 2U) << weight.name;
    by_row.push_back(weight.name);
  }
  EXPECT_THAT(
      by_row,
      ElementsAre("embedding.weight", "ngrams.embedding", "encoder.layers.0.self_attention.query.weight",
                  "encoder.layers.0.self_attention.key.weight",
                  "encoder.layers.0.self_attention.value.weight",
                  "encoder.layers.0.self_attention.output.weight", "encoder.layers.0.feed_forward.up.weight",
                  "encoder.layers.0.feed_forward.down.weight", "heads.intent.pool.key.weight",
                  "heads.intent.output.weight", "heads.intent.ngrams.weight"));
}

TEST(WeightShapes, of_matching_and_tagging_heads) {
  ModelConfig config = test::tiny_heads();
  config.source_vocabulary = 10;
  const auto shapes = shapes_of(config);
  EXPECT_THAT(shapes.at("heads.match.output.weight"), ElementsAre(6, 16));
  EXPECT_THAT(shapes.at("heads.match.ngrams.weight"), ElementsAre(40, 6));
  EXPECT_THAT(shapes.at("heads.match.compare.weight"), ElementsAre(16, 64));
  EXPECT_THAT(shapes.at("heads.match.pair.hidden.weight"), ElementsAre(16, 44));
  EXPECT_THAT(shapes.at("heads.match.pair.ngrams.weight"), ElementsAre(80, 1));
  EXPECT_THAT(shapes.at("heads.entities.output.weight"), ElementsAre(5, 16));
  EXPECT_THAT(shapes.at("heads.entities.transitions"), ElementsAre(5, 5));
  config.ngrams.linear = false;
  EXPECT_FALSE(shapes_of(config).contains("heads.match.pair.ngrams.weight"));
  EXPECT_FALSE(shapes_of(config).contains("heads.match.ngrams.weight"));
}

}  // namespace
}  // namespace heed
