#include "train/gradient_workers.h"

#include <exception>

#include <ATen/Parallel.h>

#include "base/threads.h"

namespace heed::train {
namespace {

using Gradients = std::vector<torch::Tensor>;

Gradients take_gradients(const Parameters& parameters) {
  Gradients gradients;
  for (const auto& [name, tensor] : parameters.all()) {
    torch::Tensor weight = tensor;
    gradients.push_back(std::exchange(weight.mutable_grad(), torch::Tensor()));
    if (gradients.back().defined() && gradients.back().is_sparse())
      gradients.back() = gradients.back().coalesce();
  }
  return gradients;
}

void add_gradients(const Parameters& parameters, Gradients gradients) {
  const torch::NoGradGuard no_grad;
  for (size_t i = 0; i < gradients.size(); ++i) {
    torch::Tensor weight = parameters.all()[i].second;
    add_gradient(weight.mutable_grad(), std::move(gradients[i]));
  }
}

}  // namespace

void add_gradient(torch::Tensor& sum, torch::Tensor gradient) {
  if (!gradient.defined()) return;
  if (!sum.defined()) {
    sum = std::move(gradient);
  } else if (sum.is_sparse() && !gradient.is_sparse()) {
    sum = gradient.add_(sum);
  } else {
    sum.add_(gradient);
    if (sum.is_sparse()) sum = sum.coalesce();
  }
}

GradientWorkers::GradientWorkers(Network& network, int64_t threads) : network_(network) {
  for (int64_t i = 0; i < threads; ++i) replicas_.push_back(network.replica());
}

GradientWorkers::Sums GradientWorkers::run(const Work& work) {
  const size_t count = work.batches.size();
  Sums sums;
  for (size_t first = 0; first < count; first += replicas_.size()) {
    const size_t together = std::min(replicas_.size(), count - first);
    std::vector<Gradients> gradients(together);
    std::vector<Loss> losses(together);
    std::vector<std::exception_ptr> problems(together);
    const auto work_on = [&](int64_t i) {
      try {
        at::set_num_threads(1);
        Loss& loss = losses[i];
        loss = replicas_[i].loss(work.batches[first + i], work.loss, work.dropouts[first + i]);
        (loss.mean / static_cast<double>(count)).backward();
        gradients[i] = take_gradients(replicas_[i].parameters());
      } catch (...) {
        problems[i] = std::current_exception();
      }
    };
    on_threads(static_cast<int64_t>(together))(static_cast<int64_t>(together),
                                               [&](int64_t begin, int64_t end) {
                                                 for (int64_t i = begin; i < end; ++i) work_on(i);
                                               });
    for (size_t i = 0; i < together; ++i) {
      if (problems[i]) std::rethrow_exception(problems[i]);
      add_gradients(network_.parameters(), std::move(gradients[i]));
      sums.negative_log_likelihood += losses[i].negative_log_likelihood;
      sums.units += losses[i].units;
    }
  }
  return sums;
}

}  // namespace heed::train
