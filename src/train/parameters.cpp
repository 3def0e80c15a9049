#include "train/parameters.h"

#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/random.h"

namespace heed::train {
namespace {

bool ends_with(const std::string& name, const char* ending) { return name.ends_with(ending); }

void fill_uniform(torch::Tensor tensor, double bound, Random& random) {
  float* values = tensor.data_ptr<float>();
  for (int64_t i = 0; i < tensor.numel(); ++i)
    values[i] = static_cast<float>((2.0 * random.uniform() - 1.0) * bound);
}

void fill_normal(torch::Tensor tensor, double deviation, Random& random) {
  float* values = tensor.data_ptr<float>();
  for (int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(random.normal() * deviation);
}

void initialise(const std::string& name, const torch::Tensor& tensor, const ModelConfig& config,
                Random& random) {
  const double model_deviation = 1.0 / std::sqrt(static_cast<double>(config.dim));
  const double head_deviation = 1.0 / std::sqrt(static_cast<double>(config.head_width()));
  if (ends_with(name, "norm.weight")) {
    tensor.fill_(1.0);
  } else if (name == "ngrams.embedding") {
    fill_normal(tensor, 0.5 * model_deviation, random);
  } else if (ends_with(name, "embedding.weight") || ends_with(name, "positions.weight") ||
             name == "output.weight") {
    fill_normal(tensor, model_deviation, random);
  } else if (ends_with(name, ".span")) {
    tensor.fill_(static_cast<double>(config.max_length));
  } else if (ends_with(name, ".score_vector") || ends_with(name, ".pool.query")) {
    fill_normal(tensor, head_deviation, random);
  } else if (ends_with(name, ".score_matrix")) {  // near the dot product of Luong's general score
    fill_normal(tensor, 0.1 * head_deviation, random);
    tensor.add_(torch::eye(config.head_width()) * head_deviation);
  } else if (ends_with(name, ".input.bias")) {  // of an LSTM: its second quarter is the forget gate's
    tensor.zero_().narrow(0, config.dim, config.dim).fill_(1.0);
  } else if (config.matching && name == "heads." + config.matching->name + ".ngrams.weight") {
    // A random projection, which keeps the cosines of the texts' n-grams.
    fill_normal(tensor, 1.0 / std::sqrt(static_cast<double>(config.matching->width)), random);
  } else if (config.matching && name == "heads." + config.matching->name + ".scale") {
    tensor.fill_(std::log(20.0));
  } else if (ends_with(name, ".ngrams.weight")) {
    tensor.zero_();  // a linear model's place to start
  } else if (tensor.dim() == 2 && ends_with(name, ".weight")) {
    fill_uniform(tensor, std::sqrt(6.0 / static_cast<double>(tensor.size(0) + tensor.size(1))), random);
  } else {
    tensor.zero_();  // biases, temperatures (log 1), relative biases
  }
}

}  // namespace

Parameters::Parameters(const ModelConfig& config, uint64_t seed) {
  Random random(seed);
  for (const WeightShape& weight : weight_shapes(config)) {
    torch::Tensor tensor = torch::empty(weight.shape, torch::kFloat32);
    initialise(weight.name, tensor, config, random);
    all_.emplace_back(weight.name, tensor.requires_grad_(true));
  }
}

Parameters Parameters::replica() const {
  Parameters copy;
  for (const auto& [name, tensor] : all_) copy.all_.emplace_back(name, tensor.detach().requires_grad_(true));
  return copy;
}

Parameters Parameters::copy() const {
  Parameters copy;
  for (const auto& [name, tensor] : all_)
    copy.all_.emplace_back(name, tensor.detach().clone().requires_grad_(true));
  return copy;
}

void Parameters::assign(const Parameters& other) const {
  for (size_t i = 0; i < all_.size(); ++i) all_[i].second.detach().copy_(other.all_[i].second.detach());
}

void Parameters::set(const std::string& name, const torch::Tensor& value) const {
  at(name).detach().copy_(value);
}

torch::Tensor Parameters::find(const std::string& name) const {
  for (const auto& [known, tensor] : all_) {
    if (known == name) return tensor;
  }
  return {};
}

const torch::Tensor& Parameters::at(const std::string& name) const {
  for (const auto& [known, tensor] : all_) {
    if (known == name) return tensor;
  }
  throw Error(ErrorCode::internal, "expected a weight named '" + name + "', found none");
}

int64_t Parameters::count() const {
  int64_t sum = 0;
  for (const auto& [name, tensor] : all_) sum += tensor.numel();
  return sum;
}

Tensor to_file_tensor(const std::string& name, const torch::Tensor& tensor) {
  const torch::Tensor dense = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  return {.name = name,
          .type = DataType::f32,
          .shape = dense.sizes().vec(),
          .bytes = std::string(reinterpret_cast<const char*>(dense.data_ptr<float>()), dense.nbytes())};
}

void copy_from_file(const TensorView& view, torch::Tensor tensor, const std::string& where) {
  if (view.type != DataType::f32 || view.shape != tensor.sizes().vec()) {
    throw Error(ErrorCode::corrupt_data, where +
                                             ": expected fp32 of the recipe's shape, found another; was the "
                                             "recipe changed? start again with --fresh");
  }
  const torch::NoGradGuard no_grad;
  const torch::Tensor dense = torch::empty(tensor.sizes(), torch::kFloat32);
  std::memcpy(dense.data_ptr<float>(), view.bytes.data(), view.bytes.size());
  tensor.copy_(dense);
}

}  // namespace heed::train
