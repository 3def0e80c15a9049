#pragma once

#include <map>
#include <string>
#include <vector>

#include "infer/variants.h"

namespace heed::test {

// What an ONNX graph cannot say, and the field of the configuration that the refusal names.
inline const std::map<std::string, std::string>& refused_variants() {
  static const std::map<std::string, std::string> refused = {{"cosine", "attention.score"},
                                                             {"additive", "attention.score"},
                                                             {"bilinear", "attention.score"},
                                                             {"linear", "attention.score"},
                                                             {"linear_softmax", "attention.score"},
                                                             {"sum", "attention.normaliser"},
                                                             {"sum_absolute", "attention.normaliser"},
                                                             {"sigmoid", "attention.normaliser"},
                                                             {"sparsemax", "attention.normaliser"},
                                                             {"entmax15", "attention.normaliser"},
                                                             {"hard", "attention.normaliser"},
                                                             {"learned_span", "attention.learned_span"},
                                                             {"rotary_additive", "attention.score"},
                                                             {"rotary_linear", "attention.score"},
                                                             {"classic", "attention.normaliser"},
                                                             {"together", "attention.score"}};
  return refused;
}

// Every other variant of an encoder, and several choices at once.
inline std::vector<NamedVariant> expressible_variants() {
  std::vector<NamedVariant> variants;
  for (const NamedVariant& variant : model_variants()) {
    if (!refused_variants().contains(variant.name)) variants.push_back(variant);
  }
  variants.push_back({"alibi_window_temperature", [](ModelConfig& c) {
                        c.attention.bias = "alibi";
                        c.attention.window = 3;
                        c.attention.learned_temperature = true;
                        c.attention.score = "dot";
                        c.activation = "geglu";
                      }});
  variants.push_back({"relative_keys_grouped", [](ModelConfig& c) {
                        c.key_heads = 1;
                        c.attention.values = "keys";
                        c.attention.bias = "relative";
                        c.attention.relative_reach = 2;
                        c.attention.learned_temperature = true;
                        c.norm = "post";
                        c.activation = "swiglu";
                      }});
  return variants;
}

}  // namespace heed::test
