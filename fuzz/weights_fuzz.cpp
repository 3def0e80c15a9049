// A weights file from anyone: refused with heed::Error, or every tensor can be read; and where it passes for
// the weights of a small model, I8 with scales among them, every weight can be.

#include <cmath>
#include <cstdlib>

#include "base/error.h"
#include "memory_file.h"
#include "model/check_weights.h"
#include "model/safetensors.h"
#include "model/weight_values.h"

namespace {

heed::ModelConfig small_model() {
  heed::ModelConfig config;
  config.architecture = heed::Architecture::transformer_encoder;
  config.dim = config.ffn_dim = 2;
  config.heads = config.key_heads = 1;
  config.encoder_layers = 1;
  config.decoder_layers = 0;
  config.source_vocabulary = 4;
  config.attention.values = "keys";
  config.classification_heads = {{.name = "mood", .labels = {"good", "bad"}}};
  return config;
}

void check_int8(const heed::SafetensorsFile& weights, const std::string& name) {
  for (const int8_t value : heed::int8_values(weights, name)) {
    if (value < -127) std::abort();
  }
  for (const float scale : weights.at(heed::scale_name(name)).to_floats()) {
    if (!std::isfinite(scale) || scale <= 0) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const heed::ModelConfig config = small_model();
  const heed::fuzz::MemoryFile file(bytes, size);
  try {
    const heed::SafetensorsFile weights(file.path());
    for (const auto& [name, tensor] : weights.tensors()) {
      if (tensor.type == heed::DataType::f32 || tensor.type == heed::DataType::bf16) tensor.to_floats();
    }
    heed::check_weights(config, weights.tensors(), heed::ErrorCode::corrupt_data, "fuzz");
    for (const heed::WeightShape& weight : heed::weight_shapes(config)) {
      size_t count = 1;
      for (const int64_t side : weight.shape) count *= static_cast<size_t>(side);
      if (heed::weight_values(weights, weight.name).size() != count) std::abort();
      if (weights.at(weight.name).type == heed::DataType::i8) check_int8(weights, weight.name);
    }
  } catch (const heed::Error&) {
  }
  return 0;
}
