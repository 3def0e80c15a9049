#pragma once

#include <string>

#include <torch/torch.h>

// The matrix products of training, in fp32 or with operands rounded to bfloat16 where the processor has
// instructions for that. Weights, sums of gradients and everything between the products stay fp32.
namespace heed::train {

enum class Precision { fp32, bf16 };

// What train.precision = "auto" means on this machine: bf16 where a feed-forward block's product, its
// operands rounded and its result widened on the way, takes less than 0.9 of the fp32 time. A few
// milliseconds.
Precision fastest_precision();

std::string to_string(Precision precision);  // "fp32", "bf16"

// Products of this process are computed in `precision` while it lives; fp32 otherwise.
class ProductsIn {
 public:
  explicit ProductsIn(Precision precision);
  ~ProductsIn();
  ProductsIn(const ProductsIn&) = delete;
  ProductsIn& operator=(const ProductsIn&) = delete;

 private:
  Precision before_;
};

// a [M, K] times b [K, N], both fp32 -> [M, N] fp32. Not differentiable.
torch::Tensor product(const torch::Tensor& a, const torch::Tensor& b);
// sum [M, N] += a b.
void add_product(torch::Tensor& sum, const torch::Tensor& a, const torch::Tensor& b);

// x [N, in] times weight^T, weight [out, in], plus bias [out]; differentiable.
torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

}  // namespace heed::train
