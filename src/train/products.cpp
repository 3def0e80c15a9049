#include "train/products.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>

namespace heed::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr double kWins = 0.9;  // of the fp32 time
constexpr int kRounds = 7;

std::atomic<Precision> products_in = Precision::fp32;

Tensor rounded(const Tensor& x) { return x.to(torch::kBFloat16); }

// Operands rounded already.
Tensor widened_product(const Tensor& a, const Tensor& b) { return torch::mm(a, b).to(torch::kFloat32); }

struct RoundedLinear : torch::autograd::Function<RoundedLinear> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& weight, const Tensor& bias) {
    const Tensor x_rounded = rounded(x), weight_rounded = rounded(weight);
    ctx->save_for_backward({x_rounded, weight_rounded});
    return widened_product(x_rounded, weight_rounded.t()).add_(bias);
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list gradients) {
    const tensor_list saved = ctx->get_saved_variables();
    const Tensor d_y = rounded(gradients[0]);
    return {widened_product(d_y, saved[1]), widened_product(d_y.t(), saved[0]), gradients[0].sum(0)};
  }
};

double fastest(const std::function<void()>& work) {
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return best;
}

}  // namespace

Precision fastest_precision() {
  const torch::NoGradGuard no_grad;
  const Tensor a = torch::ones({512, 256}), b = torch::ones({256, 1024});
  const double wide = fastest([&] { torch::mm(a, b); });
  const double narrow = fastest([&] { widened_product(rounded(a), rounded(b)); });
  return narrow < kWins * wide ? Precision::bf16 : Precision::fp32;
}

std::string to_string(Precision precision) { return precision == Precision::bf16 ? "bf16" : "fp32"; }

ProductsIn::ProductsIn(Precision precision) : before_(products_in.exchange(precision)) {}
ProductsIn::~ProductsIn() { products_in = before_; }

Tensor product(const Tensor& a, const Tensor& b) {
  return products_in == Precision::bf16 ? widened_product(rounded(a), rounded(b)) : torch::mm(a, b);
}

void add_product(Tensor& sum, const Tensor& a, const Tensor& b) {
  if (products_in == Precision::bf16) {
    sum.add_(product(a, b));
  } else {
    sum.addmm_(a, b);
  }
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return products_in == Precision::bf16 ? RoundedLinear::apply(x, weight, bias)
                                        : torch::addmm(bias, x, weight.t());
}

}  // namespace heed::train
