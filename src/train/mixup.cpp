#include "train/mixup.h"

#include <cmath>
#include <numeric>

#include "base/random.h"

namespace heed::train {
namespace {

using torch::Tensor;

// The logarithm of a number from Gamma(shape, 1), which itself may be too small for a double: Marsaglia and
// Tsang's rejection, for small shapes by way of shape + 1.
double log_gamma_number(double shape, Random& random) {
  if (shape < 1.0) return log_gamma_number(shape + 1.0, random) + std::log(1.0 - random.uniform()) / shape;
  const double d = shape - 1.0 / 3.0, c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = random.normal(), root = 1.0 + c * x, v = root * root * root;
    const double u = 1.0 - random.uniform();
    if (v > 0.0 && std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) return std::log(d * v);
  }
}

}  // namespace

std::vector<Tensor> Mixing::mix(const std::vector<Tensor>& votes) const {
  if (!partners.defined()) return votes;
  std::vector<Tensor> mixed;
  for (const Tensor& vote : votes)
    mixed.push_back(vote * share + vote.index_select(0, partners) * (1.0 - share));
  return mixed;
}

Tensor Mixing::mix_losses(const Tensor& labels, const std::function<Tensor(const Tensor&)>& loss) const {
  if (!partners.defined()) return loss(labels);
  return loss(labels) * share + loss(labels.index_select(0, partners)) * (1.0 - share);
}

Mixing draw_mixing(int64_t texts, double alpha, uint64_t seed) {
  Random random(seed);
  const double one = log_gamma_number(alpha, random), other = log_gamma_number(alpha, random);
  std::vector<int64_t> partners(static_cast<size_t>(texts));
  std::iota(partners.begin(), partners.end(), 0);
  random.shuffle(partners);
  return {.share = 1.0 / (1.0 + std::exp(other - one)), .partners = torch::tensor(partners, torch::kInt64)};
}

}  // namespace heed::train
