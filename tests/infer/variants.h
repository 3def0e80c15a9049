#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "model/config.h"

namespace heed::test {

struct NamedVariant {
  std::string name;
  std::function<void(ModelConfig&)> apply;
};

// One change of architecture or attention each, and some together.
inline const std::vector<NamedVariant>& model_variants() {
  static const std::vector<NamedVariant> variants = {
      {"plain", [](ModelConfig&) {}},
      {"dot", [](ModelConfig& c) { c.attention.score = "dot"; }},
      {"cosine", [](ModelConfig& c) { c.attention.score = "cosine"; }},
      {"additive", [](ModelConfig& c) { c.attention.score = "additive"; }},
      {"bilinear", [](ModelConfig& c) { c.attention.score = "bilinear"; }},
      {"linear",
       [](ModelConfig& c) {
         c.attention.score = "linear";
         c.attention.normaliser = "sum";
       }},
      {"linear_softmax", [](ModelConfig& c) { c.attention.score = "linear"; }},
      {"sum", [](ModelConfig& c) { c.attention.normaliser = "sum"; }},
      {"sum_absolute",
       [](ModelConfig& c) {
         c.attention.normaliser = "sum";
         c.attention.sum_guard = "absolute";
       }},
      {"sigmoid", [](ModelConfig& c) { c.attention.normaliser = "sigmoid"; }},
      {"sparsemax", [](ModelConfig& c) { c.attention.normaliser = "sparsemax"; }},
      {"entmax15", [](ModelConfig& c) { c.attention.normaliser = "entmax15"; }},
      {"hard",
       [](ModelConfig& c) {
         c.attention.normaliser = "hard";
         c.attention.hard_top = 2;
       }},
      {"grouped_heads", [](ModelConfig& c) { c.key_heads = 1; }},
      {"fewer_heads",  // as heed prune leaves them
       [](ModelConfig& c) {
         c.own_head_width = c.head_width();
         c.heads = c.key_heads = c.heads - 1;
       }},
      {"values_are_keys", [](ModelConfig& c) { c.attention.values = "keys"; }},
      {"alibi", [](ModelConfig& c) { c.attention.bias = "alibi"; }},
      {"relative",
       [](ModelConfig& c) {
         c.attention.bias = "relative";
         c.attention.relative_reach = 3;
       }},
      {"window", [](ModelConfig& c) { c.attention.window = 2; }},
      {"learned_temperature", [](ModelConfig& c) { c.attention.learned_temperature = true; }},
      {"learned_span", [](ModelConfig& c) { c.attention.learned_span = true; }},
      {"separate_embeddings", [](ModelConfig& c) { c.shared_embeddings = false; }},
      {"gelu", [](ModelConfig& c) { c.activation = "gelu"; }},
      {"geglu", [](ModelConfig& c) { c.activation = "geglu"; }},
      {"swiglu", [](ModelConfig& c) { c.activation = "swiglu"; }},
      {"post_norm", [](ModelConfig& c) { c.norm = "post"; }},
      {"no_positions", [](ModelConfig& c) { c.positions = "none"; }},
      {"learned_positions", [](ModelConfig& c) { c.positions = "learned"; }},
      {"rotary", [](ModelConfig& c) { c.positions = "rotary"; }},
      {"rotary_grouped_heads",
       [](ModelConfig& c) {
         c.positions = "rotary";
         c.key_heads = 1;
       }},
      {"rotary_values_are_keys",
       [](ModelConfig& c) {
         c.positions = "rotary";
         c.attention.values = "keys";
       }},
      {"rotary_additive",
       [](ModelConfig& c) {
         c.positions = "rotary";
         c.attention.score = "additive";
       }},
      {"rotary_linear",
       [](ModelConfig& c) {
         c.positions = "rotary";
         c.attention.score = "linear";
         c.attention.normaliser = "sum";
       }},
      {"recent",  // as decoders of today are built
       [](ModelConfig& c) {
         c.positions = "rotary";
         c.activation = "swiglu";
         c.key_heads = 1;
         c.attention.window = 8;
       }},
      {"original",  // as arXiv:1706.03762 has it, positions learned
       [](ModelConfig& c) {
         c.positions = "learned";
         c.norm = "post";
       }},
      {"ngrams", [](ModelConfig& c) { c.ngrams.buckets = c.decoder_layers > 0 ? 0 : 37; }},
      {"ngrams_beside_attention",
       [](ModelConfig& c) {
         c.ngrams.buckets = c.decoder_layers > 0 ? 0 : 37;
         c.ngrams.embedding = false;
         c.ngrams.words = 0;
       }},
      {"odd_widths",
       [](ModelConfig& c) {
         c.dim = 15;
         c.heads = 3;
         c.key_heads = 3;
         c.ffn_dim = 7;
       }},
      {"classic",  // the plain ratio over the keys themselves, as in docs/attention.md
       [](ModelConfig& c) {
         c.attention.normaliser = "sum";
         c.attention.values = "keys";
       }},
      {"together", [](ModelConfig& c) {
         c.key_heads = 1;
         c.attention.score = "cosine";
         c.attention.values = "keys";
         c.attention.bias = "relative";
         c.attention.relative_reach = 2;
         c.attention.window = 4;
         c.attention.learned_temperature = true;
         c.attention.learned_span = true;
         c.activation = "gelu";
       }}};
  return variants;
}

// The recurrent encoder-decoder under every score and normaliser, and its own choices.
inline std::vector<NamedVariant> recurrent_variants() {
  std::vector<NamedVariant> variants;
  const auto add = [&](const std::string& name, const std::function<void(ModelConfig&)>& change) {
    variants.push_back({"recurrent_" + name, [change](ModelConfig& config) {
                          config.architecture = Architecture::recurrent_seq2seq;
                          config.positions = "none";
                          change(config);
                        }});
  };
  add("plain", [](ModelConfig&) {});
  for (const std::string score : {"dot", "cosine", "additive", "bilinear", "linear"}) {
    add(score, [score](ModelConfig& c) { c.attention.score = score; });
  }
  for (const std::string normaliser : {"sum", "sigmoid", "sparsemax", "entmax15", "hard"}) {
    add(normaliser, [normaliser](ModelConfig& c) { c.attention.normaliser = normaliser; });
  }
  add("one_direction", [](ModelConfig& c) { c.bidirectional = false; });
  add("one_layer", [](ModelConfig& c) { c.encoder_layers = c.decoder_layers = 1; });
  add("positions", [](ModelConfig& c) { c.positions = "sinusoidal"; });
  add("learned_positions", [](ModelConfig& c) { c.positions = "learned"; });
  add("separate_embeddings", [](ModelConfig& c) { c.shared_embeddings = false; });
  add("grouped_heads", [](ModelConfig& c) { c.key_heads = 1; });
  add("learned_temperature", [](ModelConfig& c) { c.attention.learned_temperature = true; });
  add("odd_widths", [](ModelConfig& c) {
    c.dim = 15;
    c.heads = c.key_heads = 3;
  });
  add("classic", [](ModelConfig& c) {  // one head, the plain ratio over the keys themselves
    c.bidirectional = false;
    c.heads = c.key_heads = 1;
    c.attention.score = "cosine";
    c.attention.normaliser = "sum";
    c.attention.values = "keys";
  });
  return variants;
}

// Of everything that translates.
inline std::vector<NamedVariant> translator_variants() {
  std::vector<NamedVariant> variants = model_variants();
  for (NamedVariant& variant : recurrent_variants()) variants.push_back(std::move(variant));
  return variants;
}

}  // namespace heed::test
