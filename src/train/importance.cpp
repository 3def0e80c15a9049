#include "train/importance.h"

#include <ATen/Parallel.h>

namespace heed::train {
namespace {

// A block's last product, and what has been summed for each part of its input.
struct Product {
  std::string scope;
  torch::Tensor weight;  // [D, parts * width]
  int64_t parts;
  bool attention;
  torch::Tensor sum;  // [parts]
};

std::vector<Product> last_products(const Network& network, const Parameters& parameters) {
  std::vector<Product> products;
  const ModelConfig& config = network.config();
  const std::string attention_end = "_attention.output.weight", down_end = ".feed_forward.down.weight";
  for (const auto& [name, weight] : parameters.all()) {
    const bool attention = name.ends_with(attention_end);
    if (!attention && !name.ends_with(down_end)) continue;
    const int64_t parts = attention ? config.heads : config.ffn_dim;
    products.push_back({.scope = name.substr(0, name.rfind('.', name.rfind('.') - 1)),
                        .weight = weight,
                        .parts = parts,
                        .attention = attention,
                        .sum = torch::zeros({parts}, torch::kFloat64)});
  }
  return products;
}

void add_text(Product& product) {
  torch::Tensor& gradient = product.weight.mutable_grad();
  if (!gradient.defined()) return;
  const torch::NoGradGuard no_grad;
  const torch::Tensor columns = (product.weight * gradient).to(torch::kFloat64).sum(0);
  product.sum += columns.reshape({product.parts, -1}).sum(1).abs();
  gradient = torch::Tensor();
}

std::vector<double> numbers(const torch::Tensor& sum) {
  return {sum.data_ptr<double>(), sum.data_ptr<double>() + sum.numel()};
}

}  // namespace

Importance measure_importance(const Network& network, const Split& split, const std::vector<int64_t>& texts) {
  at::set_num_threads(1);
  const Network own = network.replica();
  std::vector<Product> products = last_products(own, own.parameters());
  for (const auto& [name, weight] : own.parameters().all()) weight.requires_grad_(false);
  for (Product& product : products) product.weight.requires_grad_(true);
  for (const int64_t text : texts) {
    own.loss(make_batch(split.examples, {text}, own.config()), {}, {}).mean.backward();
    for (Product& product : products) add_text(product);
  }
  Importance importance;
  for (const Product& product : products)
    (product.attention ? importance.heads : importance.units)[product.scope] = numbers(product.sum);
  return importance;
}

}  // namespace heed::train
