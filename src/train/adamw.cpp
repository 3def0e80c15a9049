#include "train/adamw.h"

#include <cmath>

#include <ATen/Parallel.h>

namespace heed::train {
namespace {

struct Rates {
  float beta1, beta2, step_size, correction2, epsilon, shrink, gradient_scale;
};

void update_range(float* weight, const float* gradient, float* first, float* second, int64_t begin,
                  int64_t end, const Rates& r) {
  for (int64_t i = begin; i < end; ++i) {
    const float g = gradient[i] * r.gradient_scale;
    first[i] = r.beta1 * first[i] + (1.0F - r.beta1) * g;
    second[i] = r.beta2 * second[i] + (1.0F - r.beta2) * g * g;
    weight[i] =
        weight[i] * r.shrink - r.step_size * first[i] / (std::sqrt(second[i] * r.correction2) + r.epsilon);
  }
}

}  // namespace

AdamW::AdamW(const Parameters& parameters, AdamWOptions options)
    : parameters_(parameters), options_(options) {
  for (const auto& [name, tensor] : parameters.all()) {
    first_.push_back(torch::zeros_like(tensor));
    second_.push_back(torch::zeros_like(tensor));
  }
}

void AdamW::update(int64_t step, double learning_rate, double gradient_scale) {
  const torch::NoGradGuard no_grad;
  const double t = static_cast<double>(step);
  for (size_t p = 0; p < first_.size(); ++p) {
    torch::Tensor weight = parameters_.all()[p].second;
    torch::Tensor& gradient = weight.mutable_grad();
    if (!gradient.defined()) continue;
    gradient = gradient.contiguous();
    const double decay = weight.dim() > 1 ? options_.weight_decay : 0.0;
    const Rates rates{
        .beta1 = static_cast<float>(options_.beta1),
        .beta2 = static_cast<float>(options_.beta2),
        .step_size = static_cast<float>(learning_rate / (1.0 - std::pow(options_.beta1, t))),
        .correction2 = static_cast<float>(1.0 / (1.0 - std::pow(options_.beta2, t))),
        .epsilon = static_cast<float>(options_.epsilon),
        .shrink = static_cast<float>(1.0 - learning_rate * decay),
        .gradient_scale = static_cast<float>(gradient_scale),
    };
    at::parallel_for(0, weight.numel(), 1 << 15, [&](int64_t begin, int64_t end) {
      update_range(weight.data_ptr<float>(), gradient.data_ptr<float>(), first_[p].data_ptr<float>(),
                   second_[p].data_ptr<float>(), begin, end, rates);
    });
    gradient = torch::Tensor();
  }
}

double gradient_norm(const Parameters& parameters) {
  double sum = 0.0;
  for (const auto& [name, tensor] : parameters.all()) {
    if (!tensor.grad().defined()) continue;
    const double norm = tensor.grad().norm().item<double>();
    sum += norm * norm;
  }
  return std::sqrt(sum);
}

}  // namespace heed::train
