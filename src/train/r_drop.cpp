#include "train/r_drop.h"

#include "train/products.h"

namespace heed::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr int64_t kRows = 128;  // a chunk holds logits and probabilities of two passes

double total(const Tensor& x) { return x.sum(torch::kFloat64).item<double>(); }

// Forward leaves the gradients of the mean loss; backward only scales them.
struct ProjectedRDrop : torch::autograd::Function<ProjectedRDrop> {
  static Tensor forward(AutogradContext* ctx, const Tensor& first, const Tensor& second, const Tensor& weight,
                        const Tensor& labels, double smoothing, double alpha, bool wants_gradient,
                        ProjectedLoss* sums) {
    const std::array<Tensor, 2> hidden = {first, second};
    const int64_t rows = first.size(0);
    tensor_list gradients;
    if (wants_gradient)
      gradients = {torch::empty_like(first), torch::empty_like(second), torch::zeros_like(weight)};
    double loss = 0.0;
    for (int64_t begin = 0; begin < rows; begin += kRows) {
      const int64_t end = std::min(rows, begin + kRows);
      const Tensor label = labels.slice(0, begin, end).unsqueeze(1);
      std::array<Tensor, 2> log_p, p;
      for (const int pass : {0, 1}) {
        log_p[pass] = torch::log_softmax(product(hidden[pass].slice(0, begin, end), weight.t()), 1);
        p[pass] = log_p[pass].exp();
        const double nll = -total(log_p[pass].gather(1, label));
        loss += 0.5 * ((1.0 - smoothing) * nll - smoothing * total(log_p[pass].mean(1)));
        if (pass == 0) {
          sums->negative_log_likelihood += nll;
          sums->correct += log_p[0].argmax(1, true).eq(label).sum().item<int64_t>();
        }
      }
      const Tensor gap = log_p[0] - log_p[1];
      const std::array<Tensor, 2> divergence = {(p[0] * gap).sum(1, true), (p[1] * -gap).sum(1, true)};
      loss += 0.25 * alpha * (total(divergence[0]) + total(divergence[1]));
      if (!wants_gradient) continue;
      for (const int pass : {0, 1}) {
        // d logits = 1/2 (p - wanted) + alpha/4 (p (log p/q - KL(p||q)) + p - q), over rows
        const Tensor own_gap = pass == 0 ? gap : -gap;
        Tensor d_logits = (p[pass] * (own_gap - divergence[pass]) + p[pass] - p[1 - pass]) * (0.25 * alpha);
        d_logits.add_(p[pass], 0.5).sub_(0.5 * smoothing / static_cast<double>(weight.size(0)));
        d_logits.scatter_add_(1, label, torch::full(label.sizes(), -0.5 * (1.0 - smoothing)));
        d_logits.div_(static_cast<double>(rows));
        gradients[pass].slice(0, begin, end).copy_(product(d_logits, weight));
        add_product(gradients[2], d_logits.t(), hidden[pass].slice(0, begin, end));
      }
    }
    if (wants_gradient) ctx->save_for_backward(gradients);
    return torch::full({}, loss / static_cast<double>(rows), first.options().requires_grad(false));
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list gradients) {
    tensor_list saved = ctx->get_saved_variables();
    for (Tensor& gradient : saved) gradient = gradient * gradients[0];
    saved.resize(8);  // none of the other arguments' own
    return saved;
  }
};

}  // namespace

Tensor symmetric_divergence(const Tensor& logits, const Tensor& others, bool independent) {
  // KL(p||q) + KL(q||p) = sum (p - q) (log p - log q); of a yes and a no together, (p - q) times the
  // difference of logits.
  if (independent) return ((torch::sigmoid(logits) - torch::sigmoid(others)) * (logits - others)).mean();
  const Tensor log_p = torch::log_softmax(logits, 1), log_q = torch::log_softmax(others, 1);
  return ((log_p.exp() - log_q.exp()) * (log_p - log_q)).sum(1).mean();
}

Tensor r_drop_loss(const Tensor& loss, const Tensor& other, const Tensor& divergence, double alpha) {
  return 0.5 * (loss + other) + 0.25 * alpha * divergence;
}

ProjectedLoss projected_r_drop(const std::array<Tensor, 2>& hidden, const Tensor& weight,
                               const Tensor& labels, double smoothing, double alpha) {
  ProjectedLoss result;
  result.loss = ProjectedRDrop::apply(hidden[0].contiguous(), hidden[1].contiguous(), weight, labels,
                                      smoothing, alpha, torch::GradMode::is_enabled(), &result);
  return result;
}

}  // namespace heed::train
