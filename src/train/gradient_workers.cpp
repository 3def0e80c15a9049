#include "train/gradient_workers.h"

#include <exception>
#include <thread>

#include <ATen/Parallel.h>

namespace heed::train {
namespace {

using Gradients = std::vector<torch::Tensor>;

Gradients take_gradients(const Parameters& parameters) {
  Gradients gradients;
  for (const auto& [name, tensor] : parameters.all()) {
    torch::Tensor weight = tensor;
    gradients.push_back(std::exchange(weight.mutable_grad(), torch::Tensor()));
  }
  return gradients;
}

void add_gradients(const Parameters& parameters, Gradients gradients) {
  const torch::NoGradGuard no_grad;
  for (size_t i = 0; i < gradients.size(); ++i) {
    torch::Tensor weight = parameters.all()[i].second;
    torch::Tensor& sum = weight.mutable_grad();
    if (!gradients[i].defined()) continue;
    if (sum.defined()) {
      sum.add_(gradients[i]);
    } else {
      sum = std::move(gradients[i]);
    }
  }
}

}  // namespace

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
    const auto work_on = [&](size_t i) {
      try {
        at::set_num_threads(1);
        Loss& loss = losses[i];
        loss = replicas_[i].loss(work.batches[first + i], work.smoothing, work.head_weights,
                                 work.dropouts[first + i]);
        (loss.mean / static_cast<double>(count)).backward();
        gradients[i] = take_gradients(replicas_[i].parameters());
      } catch (...) {
        problems[i] = std::current_exception();
      }
    };
    std::vector<std::thread> threads;
    for (size_t i = 1; i < together; ++i) threads.emplace_back(work_on, i);
    work_on(0);
    for (std::thread& thread : threads) thread.join();
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
