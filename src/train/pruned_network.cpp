#include "train/pruned_network.h"

namespace heed::train {
namespace {

using torch::Tensor;
using Numbers = std::vector<int64_t>;

Tensor pick(const Tensor& from, int64_t dimension, const Numbers& numbers) {
  return from.index_select(dimension, torch::tensor(numbers, torch::kInt64));
}

// Of `parts` equal parts side by side, those of these numbers.
Tensor pick_parts(const Tensor& from, int64_t dimension, int64_t parts, const Numbers& numbers) {
  std::vector<Tensor> kept;
  const int64_t width = from.size(dimension) / parts;
  for (const int64_t number : numbers) kept.push_back(from.narrow(dimension, number * width, width));
  return torch::cat(kept, dimension);
}

ModelConfig pruned_config(const ModelConfig& config, const KeptParts& kept) {
  ModelConfig left = config;
  if (!kept.encoder_layers.empty()) left.encoder_layers = static_cast<int64_t>(kept.encoder_layers.size());
  if (!kept.decoder_layers.empty()) left.decoder_layers = static_cast<int64_t>(kept.decoder_layers.size());
  if (!kept.heads.empty()) {
    const auto heads = static_cast<int64_t>(kept.heads.begin()->second.size());
    if (heads < config.heads) left.own_head_width = config.head_width();
    left.heads = left.key_heads = heads;
  }
  if (!kept.units.empty()) left.ffn_dim = static_cast<int64_t>(kept.units.begin()->second.size());
  if (!kept.source_pieces.empty()) left.source_vocabulary = static_cast<int64_t>(kept.source_pieces.size());
  if (!kept.target_pieces.empty()) {
    left.target_vocabulary = static_cast<int64_t>(kept.target_pieces.size());
    left.shared_embeddings = false;
    left.source_tokenizer = "source.model";
    left.target_tokenizer = "target.model";
  }
  return left;
}

class Surgeon {
 public:
  Surgeon(const Network& network, const KeptParts& kept)
      : config_(network.config()), weights_(network.parameters()), kept_(kept) {}

  // What the weight `name` of the new network begins with.
  Tensor operator()(const std::string& name) const {
    if (name == "embedding.weight") return table("embedding.weight", kept_.source_pieces);
    if (name == "target_embedding.weight") return table(name, kept_.target_pieces);
    if (name == "output.weight") return table(name, kept_.target_pieces);
    const std::string old_name = old_layer(old_layer(name, "encoder.layers.", kept_.encoder_layers),
                                           "decoder.layers.", kept_.decoder_layers);
    const Tensor weight = weights_.at(old_name).detach();
    for (const auto& [scope, heads] : kept_.heads) {
      if (old_name.starts_with(scope + "."))
        return of_heads(weight, old_name.substr(scope.size() + 1), heads);
    }
    for (const auto& [scope, units] : kept_.units) {
      if (old_name.starts_with(scope + "."))
        return of_units(weight, old_name.substr(scope.size() + 1), units);
    }
    return weight;
  }

 private:
  // One table serves all where the old network shares them.
  Tensor table(const std::string& name, const Numbers& rows) const {
    const Tensor found = weights_.find(name);
    const Tensor whole = (found.defined() ? found : weights_.at("embedding.weight")).detach();
    return rows.empty() ? whole : pick(whole, 0, rows);
  }

  static std::string old_layer(const std::string& name, const std::string& prefix, const Numbers& layers) {
    if (layers.empty() || !name.starts_with(prefix)) return name;
    const size_t end = name.find('.', prefix.size());
    return prefix + std::to_string(layers[std::stoll(name.substr(prefix.size(), end - prefix.size()))]) +
           name.substr(end);
  }

  Tensor of_heads(const Tensor& weight, const std::string& part, const Numbers& heads) const {
    if (part.starts_with("norm.") || part == "output.bias") return weight;
    return pick_parts(weight, part == "output.weight" ? 1 : 0, config_.heads, heads);
  }

  Tensor of_units(const Tensor& weight, const std::string& part, const Numbers& units) const {
    if (part == "down.weight") return pick(weight, 1, units);
    if (!part.starts_with("up.")) return weight;
    if (!config_.gated()) return pick(weight, 0, units);
    const auto halves = weight.chunk(2, 0);  // the gate, then what it opens
    return torch::cat({pick(halves[0], 0, units), pick(halves[1], 0, units)}, 0);
  }

  const ModelConfig& config_;
  const Parameters& weights_;
  const KeptParts& kept_;
};

}  // namespace

Network pruned_network(const Network& network, const KeptParts& kept) {
  const ModelConfig config = pruned_config(network.config(), kept);
  Network left(config, 0);
  const Surgeon begin(network, kept);
  const torch::NoGradGuard no_grad;
  for (const auto& [name, weight] : left.parameters().all()) left.parameters().set(name, begin(name));
  return left;
}

}  // namespace heed::train
