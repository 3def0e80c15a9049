#include <cmath>

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include "kernels/positions.h"
#include "model/weight_values.h"
#include "serving_rows.h"

namespace heed::bench {
namespace {

using torch::Tensor;

// Reads weights by the scopes of their names.
struct Reader {
  const SafetensorsFile& file;

  Tensor tensor(const std::string& name) const {
    return torch::tensor(weight_values(file, name)).reshape(file.at(name).shape);
  }
  torch::nn::Linear linear(const std::string& scope) const {
    const Tensor weight = tensor(scope + ".weight");
    torch::nn::Linear made(weight.size(1), weight.size(0));
    made->weight = weight;
    made->bias = tensor(scope + ".bias");
    return made;
  }
  // One product for all three, as torch::nn::MultiheadAttention has it.
  torch::nn::Linear projections(const std::string& scope) const {
    torch::nn::Linear made(1, 1);
    const auto beside = [&](const std::string& part) {
      return torch::cat(
          {tensor(scope + ".query" + part), tensor(scope + ".key" + part), tensor(scope + ".value" + part)});
    };
    made->weight = beside(".weight");
    made->bias = beside(".bias");
    return made;
  }
  torch::nn::LayerNorm norm(const std::string& scope) const {
    const Tensor weight = tensor(scope + ".weight");
    torch::nn::LayerNorm made(torch::nn::LayerNormOptions({weight.size(0)}));
    made->weight = weight;
    made->bias = tensor(scope + ".bias");
    return made;
  }
};

// [B, T, H K] -> [B, H, T, K]
Tensor apart(const Tensor& x, int64_t heads) {
  return x.reshape({x.size(0), x.size(1), heads, -1}).transpose(1, 2);
}

Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value) {
  const double scale = 1.0 / std::sqrt(static_cast<double>(query.size(-1)));
  return torch::matmul(torch::softmax(torch::matmul(query * scale, key.transpose(-2, -1)), -1), value);
}

struct Layer {
  Layer(const Reader& read, const std::string& scope, int64_t head_count)
      : heads(head_count),
        attention_norm(read.norm(scope + ".self_attention.norm")),
        forward_norm(read.norm(scope + ".feed_forward.norm")),
        projections(read.projections(scope + ".self_attention")),
        output(read.linear(scope + ".self_attention.output")),
        up(read.linear(scope + ".feed_forward.up")),
        down(read.linear(scope + ".feed_forward.down")) {}

  Tensor operator()(const Tensor& x) {
    const auto parts = projections(attention_norm(x)).chunk(3, -1);
    const Tensor attended = attend(apart(parts[0], heads), apart(parts[1], heads), apart(parts[2], heads));
    const Tensor y = x + output(attended.transpose(1, 2).reshape(x.sizes()));
    return y + down(torch::relu(up(forward_norm(y))));
  }

  int64_t heads;
  torch::nn::LayerNorm attention_norm, forward_norm;
  torch::nn::Linear projections, output, up, down;
};

}  // namespace

struct PlainEncoder::Module {
  Module(const ModelConfig& config, const Reader& read)
      : heads(config.heads),
        dim(config.dim),
        embedding(read.tensor("embedding.weight")),
        positions(torch::tensor(kernels::sinusoid_table(config.max_length, config.dim))
                      .reshape({config.max_length, config.dim})),
        norm(read.norm("encoder.norm")),
        query(read.tensor("heads." + config.classification_heads[0].name + ".pool.query")),
        key(read.linear("heads." + config.classification_heads[0].name + ".pool.key")),
        output(read.linear("heads." + config.classification_heads[0].name + ".output")) {
    for (int64_t i = 0; i < config.encoder_layers; ++i)
      layers.emplace_back(read, "encoder.layers." + std::to_string(i), config.heads);
  }

  Tensor logits(const Tensor& ids) {
    Tensor x = torch::embedding(embedding, ids) * std::sqrt(static_cast<double>(dim));
    x = x + positions.narrow(0, 0, ids.size(1));
    for (Layer& layer : layers) x = layer(x);
    x = norm(x);
    const Tensor pooled = attend(query.unsqueeze(1), apart(key(x), heads), apart(x, heads));
    return output(pooled.reshape({ids.size(0), dim}));
  }

  int64_t heads, dim;
  Tensor embedding, positions;
  std::vector<Layer> layers;
  torch::nn::LayerNorm norm;
  Tensor query;
  torch::nn::Linear key, output;
};

PlainEncoder::PlainEncoder(const ModelDirectory& model) {
  at::set_num_threads(1);
  const c10::InferenceMode inference;
  module_ = std::make_unique<Module>(model.config, Reader{model.weights});
}
PlainEncoder::~PlainEncoder() = default;

std::vector<float> PlainEncoder::logits(const std::vector<std::vector<int64_t>>& texts) {
  const c10::InferenceMode inference;
  std::vector<int64_t> ids;
  for (const auto& text : texts) ids.insert(ids.end(), text.begin(), text.end());
  const auto batch = static_cast<int64_t>(texts.size());
  const Tensor logits = module_->logits(torch::tensor(ids).reshape({batch, -1})).contiguous();
  return {logits.data_ptr<float>(), logits.data_ptr<float>() + logits.numel()};
}

}  // namespace heed::bench
