#include "serving_model.h"

#include <cmath>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

#include "base/random.h"
#include "exchange/onnx_export.h"
#include "infer/quantise.h"
#include "text/tokenizer.h"

namespace heed::bench {
namespace {

constexpr int64_t kVocabulary = 8000;
constexpr int kWords = 12000;
constexpr int kLabels = 77;

// Of two to five syllables.
std::string word(uint64_t number) {
  static constexpr std::string_view kConsonants = "bdfgklmnprstvz", kVowels = "aeiou";
  Random random(number);
  std::string letters;
  for (uint64_t syllables = 2 + random.below(4); syllables > 0; --syllables) {
    letters += kConsonants[random.below(kConsonants.size())];
    letters += kVowels[random.below(kVowels.size())];
  }
  return letters;
}

// Frequent words and rare ones, as language has them.
std::string draw_word(Random& random) {
  return word(static_cast<uint64_t>(kWords * std::pow(random.uniform(), 3.0)));
}

Tokenizer learn_tokenizer() {
  Random random(1);
  std::vector<std::string> lines(8000);
  for (std::string& line : lines) {
    for (int i = 0; i < 12; ++i) line += draw_word(random) + " ";
    line.pop_back();
  }
  return Tokenizer::train(lines, {.vocabulary = kVocabulary, .algorithm = "bpe"});
}

ModelConfig config_of(const Tokenizer& tokenizer) {
  ModelConfig config;
  config.architecture = Architecture::transformer_encoder;
  config.encoder_layers = 4;
  config.decoder_layers = 0;
  config.max_length = 128;
  config.source_vocabulary = tokenizer.size();
  config.target_tokenizer = "";
  HeadConfig head;
  head.name = "intent";
  for (int i = 0; i < kLabels; ++i) head.labels.push_back(fmt::format("label {}", i));
  config.classification_heads = {head};
  return config;
}

// Numbers of the size that training leaves: outputs near one, norms near the identity.
float number_of(Random& random, const WeightShape& weight) {
  if (weight.name.ends_with("norm.weight")) return static_cast<float>(1.0 + 0.1 * random.normal());
  if (weight.shape.size() == 1) return static_cast<float>(0.1 * random.normal());
  return static_cast<float>(random.normal() / std::sqrt(static_cast<double>(weight.shape.back())));
}

std::vector<Tensor> draw_weights(const ModelConfig& config) {
  Random random(2);
  std::vector<Tensor> weights;
  for (const WeightShape& weight : weight_shapes(config)) {
    size_t count = 1;
    for (const int64_t side : weight.shape) count *= static_cast<size_t>(side);
    std::vector<float> values(count);
    for (float& value : values) value = number_of(random, weight);
    Tensor tensor{weight.name, DataType::f32, weight.shape, std::string(count * sizeof(float), '\0')};
    std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
    weights.push_back(std::move(tensor));
  }
  return weights;
}

ModelDirectory write(const std::filesystem::path& name, Precision precision) {
  const Tokenizer tokenizer = learn_tokenizer();
  ModelContents contents;
  contents.config = config_of(tokenizer);
  contents.weights = draw_weights(contents.config);
  contents.tokenizers[contents.config.source_tokenizer] = tokenizer.bytes();
  ModelDirectory plain = open_model(write_model(name, contents));
  if (precision == Precision::fp32) return plain;
  contents.weights = infer::quantise_weights(plain, precision).tensors;
  return open_model(write_model(name, contents));
}

}  // namespace

ServingModel::ServingModel(Precision precision)
    : folder_(std::filesystem::temp_directory_path() / ("heed-serving-bench-" + std::to_string(::getpid()))),
      onnx_(folder_ / "model.onnx"),
      directory_(write(folder_ / "model", precision)) {
  exchange::export_onnx(directory_, onnx_);
}

ServingModel::~ServingModel() { std::filesystem::remove_all(folder_); }

ServingModel::Text ServingModel::text(uint64_t number) const {
  const Tokenizer tokenizer =
      Tokenizer::from_bytes(directory_.tokenizer(directory_.config.source_tokenizer), "tokenizer");
  Random random(3 + number);
  Text text;
  while (text.ids.size() != kTokens - 1) {
    if (text.ids.size() >= kTokens) text.line.clear();
    if (!text.line.empty()) text.line += ' ';
    text.line += draw_word(random);
    text.ids = tokenizer.encode(text.line);
  }
  return text;
}

double products_of_a_text(const ModelConfig& config) {
  const auto d = static_cast<double>(config.dim), f = static_cast<double>(config.ffn_dim);
  const auto t = static_cast<double>(ServingModel::kTokens);
  const double layer = t * (4 * d * d + 2 * d * f) + 2 * t * t * d;
  const double head = t * d * d + 2 * t * d + d * kLabels;
  return 2 * (static_cast<double>(config.encoder_layers) * layer + head);
}

}  // namespace heed::bench
