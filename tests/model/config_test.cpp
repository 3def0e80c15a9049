#include "model/config.h"

#include <functional>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "infer/tiny_model.h"

namespace heed {
namespace {

using ::testing::HasSubstr;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

ModelConfig valid_translator() { return test::tiny_contents(test::tiny_translator()).config; }
ModelConfig valid_classifier() { return test::tiny_contents(test::tiny_classifier()).config; }
ModelConfig valid_recurrent() {
  ModelConfig config = test::tiny_translator();
  config.architecture = Architecture::recurrent_seq2seq;
  return test::tiny_contents(config).config;
}

std::string refusal(ModelConfig config, const std::function<void(ModelConfig&)>& spoil) {
  spoil(config);
  return message_of([&] { check_config(config, "config.json"); });
}

TEST(Config, survives_json_and_back) {
  ModelConfig config = valid_translator();
  config.attention = {
      .score = "additive", .normaliser = "sum", .values = "keys", .bias = "relative", .window = 7};
  config.lowercase = true;
  config.positions = "rotary";
  config.activation = "swiglu";
  config.norm = "post";
  EXPECT_EQ(config_from_json(to_json(config), "config.json"), config);
}

TEST(Config, without_a_norm_is_pre_norm_as_it_was_before_there_was_a_choice) {
  const Json older = to_json(valid_translator());
  EXPECT_FALSE(older.contains("norm"));
  EXPECT_EQ(config_from_json(older, "config.json").norm, "pre");
  Json said = older;
  said["norm"] = "pre";
  EXPECT_EQ(config_from_json(said, "config.json"), config_from_json(older, "config.json"));
}

TEST(Config, n_grams_survive_json_and_are_absent_where_there_are_none) {
  ModelConfig config = valid_classifier();
  EXPECT_FALSE(to_json(config).contains("ngrams"));
  config.ngrams.buckets = 1000;
  config.ngrams.max_characters = 4;
  config.ngrams.linear = false;
  ModelConfig back = config_from_json(to_json(config), "config.json");
  EXPECT_EQ(back.ngrams, config.ngrams);
}

TEST(Config, n_grams_are_checked) {
  const auto refused = [](const std::function<void(NgramConfig&)>& spoil) {
    return refusal(valid_classifier(), [&spoil](ModelConfig& config) {
      config.ngrams.buckets = 1000;
      spoil(config.ngrams);
    });
  };
  EXPECT_EQ(refused([](NgramConfig&) {}), "no error");
  EXPECT_THAT(refused([](NgramConfig& n) { n.buckets = (1 << 24) + 1; }), HasSubstr("'ngrams.buckets'"));
  EXPECT_THAT(refused([](NgramConfig& n) { n.buckets = -1; }), HasSubstr("'ngrams.buckets'"));
  EXPECT_THAT(refused([](NgramConfig& n) { n.words = 17; }), HasSubstr("'ngrams.words'"));
  EXPECT_THAT(refused([](NgramConfig& n) { n.min_characters = 6; }), HasSubstr("'ngrams.min_characters'"));
  EXPECT_THAT(refused([](NgramConfig& n) { n.words = n.max_characters = n.min_characters = 0; }),
              HasSubstr("'ngrams."));
  EXPECT_THAT(refused([](NgramConfig& n) { n.embedding = n.linear = false; }),
              HasSubstr("'ngrams.embedding'"));
  EXPECT_THAT(refusal(valid_translator(), [](ModelConfig& config) { config.ngrams.buckets = 1000; }),
              HasSubstr("0 for transformer_seq2seq"));
}

TEST(Config, a_recurrent_model_alone_says_whether_it_reads_from_both_ends) {
  EXPECT_FALSE(to_json(valid_translator()).contains("bidirectional"));
  ModelConfig config = valid_recurrent();
  config.bidirectional = false;
  const Json json = to_json(config);
  EXPECT_EQ(json.at("bidirectional"), false);
  EXPECT_EQ(config_from_json(json, "config.json"), config);
  Json without = json;
  without.erase("bidirectional");
  EXPECT_THAT(message_of([&] { config_from_json(without, "config.json"); }), HasSubstr("'bidirectional'"));
  Json transformer = to_json(valid_translator());
  transformer["bidirectional"] = true;
  EXPECT_THAT(message_of([&] { config_from_json(transformer, "config.json"); }),
              HasSubstr("known fields only, found 'bidirectional'"));
}

TEST(Config, a_recurrent_model_needs_a_decoder_and_has_no_self_attention) {
  EXPECT_NO_THROW(check_config(valid_recurrent(), "config.json"));
  EXPECT_THAT(refusal(valid_recurrent(), [](auto& c) { c.decoder_layers = 0; }),
              HasSubstr("'decoder_layers': expected 1 to 64, found 0"));
  EXPECT_THAT(refusal(valid_recurrent(), [](auto& c) { c.heads = c.key_heads = 3; }),
              HasSubstr("'dim': expected a multiple of heads (3), found 16"));
  EXPECT_THAT(refusal(valid_recurrent(), [](auto& c) { c.attention.bias = "alibi"; }),
              HasSubstr("'attention.bias': expected none on a recurrent_seq2seq"));
  EXPECT_THAT(refusal(valid_recurrent(), [](auto& c) { c.attention.window = 2; }),
              HasSubstr("'attention.window': expected 0 on a recurrent_seq2seq"));
  EXPECT_THAT(refusal(valid_recurrent(), [](auto& c) { c.attention.learned_span = true; }),
              HasSubstr("'attention.learned_span': expected false on a recurrent_seq2seq"));
  EXPECT_THAT(
      refusal(valid_recurrent(), [](auto& c) { c.positions = "rotary"; }),
      HasSubstr("'positions': expected sinusoidal, learned or none on a recurrent_seq2seq, which has no "
                "self-attention, found 'rotary'"));
  EXPECT_THAT(refusal(valid_recurrent(), [](auto& c) { c.norm = "post"; }),
              HasSubstr("'norm': expected pre on a recurrent_seq2seq, which has no norms, found 'post'"));
  EXPECT_THAT(
      refusal(valid_recurrent(), [](auto& c) { c.activation = "geglu"; }),
      HasSubstr("'activation': expected relu on a recurrent_seq2seq, which has no feed-forward block"));
  EXPECT_EQ(refusal(valid_recurrent(), [](auto& c) { c.positions = "learned"; }), "no error");
  EXPECT_THAT(refusal(valid_recurrent(),
                      [](auto& c) { c.classification_heads = valid_classifier().classification_heads; }),
              HasSubstr("none on a recurrent_seq2seq"));
}

TEST(Config, says_how_wide_a_head_is_only_where_heads_are_gone) {
  ModelConfig config = valid_classifier();
  EXPECT_FALSE(to_json(config).contains("head_width"));
  config.own_head_width = config.head_width();
  const int64_t heads = config.heads;
  config.heads = config.key_heads = 1;
  EXPECT_NO_THROW(check_config(config, "config.json"));
  EXPECT_EQ(config_from_json(to_json(config), "config.json").own_head_width, config.own_head_width);
  EXPECT_EQ(config.pool_heads(), heads);
  EXPECT_THAT(refusal(config, [](auto& c) { c.own_head_width = c.dim - 1; }),
              HasSubstr("'head_width': expected a divisor of dim"));
  EXPECT_THAT(refusal(config, [](auto& c) { c.own_head_width = -1; }), HasSubstr("'head_width'"));
  EXPECT_THAT(refusal(config, [](auto& c) { c.own_head_width = c.dim + 1; }), HasSubstr("'head_width'"));
  EXPECT_THAT(refusal(config,
                      [](auto& c) {
                        c.own_head_width = 1;
                        c.positions = "rotary";
                      }),
              HasSubstr("'head_width': expected an even number with rotary positions, found 1"));
  EXPECT_THAT(refusal(valid_recurrent(), [](auto& c) { c.own_head_width = 4; }),
              HasSubstr("'head_width': expected none on a recurrent_seq2seq"));
}

TEST(Config, keeps_labels_out_of_its_file) {
  const ModelConfig config = valid_classifier();
  const Json json = to_json(config);
  EXPECT_THAT(json.dump(), ::testing::Not(HasSubstr("card_lost")));
  const ModelConfig back = config_from_json(json, "config.json");
  EXPECT_EQ(back.classification_heads.at(1).name, "topics");
  EXPECT_TRUE(back.classification_heads.at(1).multi_label);
}

TEST(Config, names_an_unknown_field_and_the_nearest_known_one) {
  Json json = to_json(valid_translator());
  json["encoder_layer"] = 3;
  EXPECT_THAT(message_of([&] { config_from_json(json, "config.json"); }),
              ::testing::AllOf(HasSubstr("'encoder_layer'"), HasSubstr("'encoder_layers'")));
}

TEST(Config, names_a_missing_field_and_a_wrong_type) {
  Json json = to_json(valid_translator());
  json.erase("dim");
  EXPECT_THAT(message_of([&] { config_from_json(json, "config.json"); }),
              HasSubstr("config.json: field 'dim'"));
  json = to_json(valid_translator());
  json["attention"]["window"] = "wide";
  EXPECT_THAT(message_of([&] { config_from_json(json, "config.json"); }),
              HasSubstr("attention: field 'window': expected a whole number, found string"));
}

TEST(Config, refuses_a_newer_format_as_unsupported) {
  Json json = to_json(valid_translator());
  json["format_version"] = 2;
  json["something_new"] = true;
  try {
    config_from_json(json, "config.json");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported);
    EXPECT_THAT(error.what(), HasSubstr("needs a newer heed"));
  }
}

TEST(Config, accepts_both_architectures) {
  EXPECT_NO_THROW(check_config(valid_translator(), "config.json"));
  EXPECT_NO_THROW(check_config(valid_classifier(), "config.json"));
}

TEST(Config, relations_between_dimensions_are_checked) {
  EXPECT_EQ(refusal(valid_translator(), [](auto& c) { c.dim = 15; }),
            "config.json: field 'dim': expected a multiple of heads (2), found 15");
  EXPECT_THAT(refusal(valid_translator(), [](auto& c) { c.key_heads = 3; }),
              HasSubstr("a multiple of key_heads (3)"));
  EXPECT_THAT(refusal(valid_translator(), [](auto& c) { --c.target_vocabulary; }),
              HasSubstr("embeddings are shared"));
  EXPECT_THAT(refusal(valid_classifier(), [](auto& c) { c.decoder_layers = 1; }),
              HasSubstr("'decoder_layers'"));
  EXPECT_THAT(refusal(valid_translator(),
                      [](auto& c) {
                        c.dim = 18;  // heads of 9 numbers make no pairs
                        c.positions = "rotary";
                      }),
              HasSubstr("'dim': expected an even multiple of heads (2) with rotary positions, found 18"));
}

TEST(Config, parts_that_do_not_go_together_are_refused) {
  EXPECT_THAT(refusal(valid_translator(),
                      [](auto& c) { c.classification_heads = valid_classifier().classification_heads; }),
              HasSubstr("none on a transformer_seq2seq"));
  EXPECT_THAT(refusal(valid_classifier(), [](auto& c) { c.classification_heads.clear(); }),
              HasSubstr("1 to 64 heads"));
  EXPECT_THAT(refusal(valid_classifier(),
                      [](auto& c) {
                        c.attention.learned_span = true;
                        c.attention.normaliser = "sparsemax";
                      }),
              HasSubstr("'attention.learned_span'"));
}

TEST(Config, numbers_out_of_range_are_refused_whatever_their_sign) {
  for (const int64_t bad : {int64_t{0}, int64_t{-1}, std::numeric_limits<int64_t>::min(),
                            (int64_t{1} << 20) + 1, std::numeric_limits<int64_t>::max()}) {
    EXPECT_THAT(refusal(valid_translator(), [bad](auto& c) { c.dim = bad; }), HasSubstr("'dim'")) << bad;
    EXPECT_THAT(refusal(valid_translator(), [bad](auto& c) { c.heads = bad; }), HasSubstr("'heads'")) << bad;
    EXPECT_THAT(refusal(valid_translator(), [bad](auto& c) { c.encoder_layers = bad; }), HasSubstr("layers'"))
        << bad;
    EXPECT_THAT(refusal(valid_translator(), [bad](auto& c) { c.max_length = bad; }), HasSubstr("length'"))
        << bad;
  }
}

TEST(Config, products_of_fair_dimensions_are_limited_too) {
  EXPECT_THAT(refusal(valid_translator(),
                      [](auto& c) {
                        c.dim = 1 << 20;
                        c.ffn_dim = 1 << 20;
                      }),
              HasSubstr("at most 2^31 elements"));
  EXPECT_THAT(refusal(valid_translator(),
                      [](auto& c) {
                        c.dim = 1 << 14;
                        c.heads = c.key_heads = 1;
                        c.max_length = 1 << 20;
                      }),
              HasSubstr("positions"));
}

TEST(Config, names_are_checked_against_the_known_ones) {
  EXPECT_THAT(refusal(valid_translator(), [](auto& c) { c.attention.score = "scaled-dot"; }),
              HasSubstr("did you mean 'scaled_dot'?"));
  EXPECT_THAT(
      refusal(valid_translator(), [](auto& c) { c.activation = "swiglue"; }),
      ::testing::AllOf(HasSubstr("one of relu, gelu, geglu, swiglu"), HasSubstr("did you mean 'swiglu'?")));
  EXPECT_THAT(refusal(valid_translator(), [](auto& c) { c.positions = "rotatory"; }),
              ::testing::AllOf(HasSubstr("one of sinusoidal, learned, rotary, none"),
                               HasSubstr("did you mean 'rotary'?")));
  EXPECT_THAT(refusal(valid_translator(), [](auto& c) { c.norm = "both"; }),
              HasSubstr("'norm': expected one of pre, post, found 'both'"));
}

TEST(Config, file_names_stay_inside_their_folder) {
  for (const std::string bad : {"../secret", "/etc/passwd", "..", "", ".hidden", "a/b", "line\nbreak"}) {
    EXPECT_THAT(refusal(valid_translator(), [&](auto& c) { c.source_tokenizer = c.target_tokenizer = bad; }),
                HasSubstr("a plain file name"))
        << bad;
  }
  EXPECT_THAT(refusal(valid_classifier(), [](auto& c) { c.classification_heads[0].name = "../intent"; }),
              HasSubstr("classification_heads"));
}

TEST(Config, labels_and_temperatures_are_checked) {
  const auto head = [](auto change) {
    return [change](ModelConfig& c) { change(c.classification_heads[0]); };
  };
  EXPECT_THAT(refusal(valid_classifier(), head([](HeadConfig& h) { h.labels = {"only"}; })),
              HasSubstr("2 to"));
  EXPECT_THAT(refusal(valid_classifier(), head([](HeadConfig& h) {
                        h.labels = {"a", "b", "a"};
                      })),
              HasSubstr("labels that differ"));
  EXPECT_THAT(refusal(valid_classifier(), head([](HeadConfig& h) {
                        h.labels = {"a", ""};
                      })),
              HasSubstr("not empty"));
  for (const double bad :
       {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(refusal(valid_classifier(), head([bad](HeadConfig& h) { h.temperature = bad; })),
                HasSubstr("heads/intent.temperature"));
  }
}

TEST(Config, heads_of_other_kinds_stand_in_fields_that_may_be_missing) {
  ModelConfig config = valid_classifier();
  EXPECT_FALSE(to_json(config).contains("matching"));
  EXPECT_FALSE(to_json(config).contains("tagging"));
  config.matching = {.name = "match", .width = 48};
  config.tagging = {.name = "entities", .entities = {"金额"}};
  EXPECT_NO_THROW(check_config(config, "config.json"));
  const ModelConfig back = config_from_json(to_json(config), "config.json");
  EXPECT_EQ(back.matching->name, "match");
  EXPECT_EQ(back.matching->width, 48);
  EXPECT_EQ(back.tagging->name, "entities");
  config.classification_heads.clear();
  EXPECT_NO_THROW(check_config(config, "config.json"));
}

TEST(Config, heads_of_other_kinds_are_checked) {
  ModelConfig config = valid_classifier();
  config.matching = {.name = "match"};
  config.tagging = {.name = "entities", .entities = {"amount"}};
  EXPECT_THAT(refusal(config, [](auto& c) { c.matching->width = 0; }),
              HasSubstr("'matching.width': expected 1 to"));
  EXPECT_THAT(refusal(config, [](auto& c) { c.matching->temperature = 0; }),
              HasSubstr("heads/match.temperature"));
  EXPECT_THAT(refusal(config, [](auto& c) { c.matching->name = "intent"; }), HasSubstr("names that differ"));
  EXPECT_THAT(refusal(config, [](auto& c) { c.tagging->name = "../x"; }), HasSubstr("names of 1 to 64"));
  EXPECT_THAT(refusal(config, [](auto& c) { c.tagging->entities.clear(); }),
              HasSubstr("'heads/entities.labels': expected 1 to 1000, found 0"));
  EXPECT_THAT(refusal(config,
                      [](auto& c) {
                        c.tagging->entities = {"a", "a"};
                      }),
              HasSubstr("labels that differ"));
  EXPECT_THAT(refusal(valid_translator(), [](auto& c) { c.matching = {.name = "match"}; }),
              HasSubstr("none on a transformer_seq2seq"));
  Json json = to_json(config);
  json["matching"]["widht"] = 3;
  EXPECT_THAT(message_of([&] { config_from_json(json, "config.json"); }), HasSubstr("'width'"));
}

TEST(Architecture, names_survive_the_round_trip_and_others_are_refused) {
  for (const Architecture architecture :
       {Architecture::transformer_seq2seq, Architecture::transformer_encoder,
        Architecture::recurrent_seq2seq}) {
    EXPECT_EQ(parse_architecture(to_string(architecture)), architecture);
  }
  EXPECT_THAT(message_of([] { parse_architecture("transformer_encodr"); }),
              HasSubstr("'transformer_encoder'"));
}

}  // namespace
}  // namespace heed
