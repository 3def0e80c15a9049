#include "train/recurrent.h"

#include "model/attention_variant.h"

namespace heed::train {
namespace {

using torch::Tensor;

// The mean row of each text, [B, D].
Tensor text_means(const Tensor& rows, const PackedTexts& texts) {
  std::vector<int64_t> text_of_row;
  std::vector<float> share;
  for (int64_t b = 0; b < texts.texts(); ++b) {
    const int64_t length = texts.begins[b + 1] - texts.begins[b];
    text_of_row.insert(text_of_row.end(), static_cast<size_t>(length), b);
    share.push_back(1.0F / static_cast<float>(length));
  }
  const Tensor sums =
      torch::zeros({texts.texts(), rows.size(1)}).index_add(0, torch::tensor(text_of_row), rows);
  return sums * torch::tensor(share).unsqueeze(1);
}

}  // namespace

RecurrentEncoder::RecurrentEncoder(const Parameters& parameters, const ModelConfig& config) {
  for (int64_t i = 0; i < config.encoder_layers; ++i) {
    const std::string scope = "encoder.layers." + std::to_string(i);
    Layer& layer = layers_.emplace_back(Layer{Lstm(parameters, scope + ".forward"), std::nullopt});
    if (config.bidirectional) {
      layer.backward.emplace(
          BackwardPass{Lstm(parameters, scope + ".backward"), Linear(parameters, scope + ".output")});
    }
  }
}

Tensor RecurrentEncoder::encode(Tensor x, const PackedTexts& texts, DropoutPlan& plan) const {
  const TimeOrder onward = time_order(texts, false), back = time_order(texts, true);
  for (const Layer& layer : layers_) {
    Tensor y = layer.forward(x, onward);
    if (layer.backward) y = layer.backward->output(torch::cat({y, layer.backward->lstm(x, back)}, 1));
    x = dropout(y, plan.rate, plan.next());
  }
  return x;
}

RecurrentDecoder::RecurrentDecoder(const Parameters& parameters, const ModelConfig& config)
    : attention_(parameters, "decoder.cross_attention", config, cross_attention_variant(config.attention)),
      combine_(parameters, "decoder.combine") {
  for (int64_t i = 0; i < config.decoder_layers; ++i) {
    const std::string scope = "decoder.layers." + std::to_string(i);
    layers_.push_back({Linear(parameters, scope + ".start"), Lstm(parameters, scope)});
  }
}

Tensor RecurrentDecoder::decode(Tensor y, const PackedTexts& target, const Tensor& memory,
                                const PackedTexts& source, DropoutPlan& plan) const {
  const TimeOrder order = time_order(target, false);
  const Tensor means = text_means(memory, source);
  for (const Layer& layer : layers_) {
    y = dropout(layer.lstm(y, order, layer.start(means)), plan.rate, plan.next());
  }
  const Tensor context = attention_(y, memory, share_sequences(target, source), plan);
  const Tensor output = torch::tanh(combine_(torch::cat({context, y}, 1)));
  return dropout(output, plan.rate, plan.next());
}

}  // namespace heed::train
