#pragma once

#include <string>
#include <vector>

#include "base/parallel.h"
#include "kernels/update_rules.h"
#include "train/parameters.h"

namespace heed::train {

std::vector<std::string> optimiser_names();

struct OptimiserOptions {
  std::string name = "adamw";  // one of optimiser_names()
  double beta1 = 0.9, beta2 = 0.98, epsilon = 1e-8, momentum = 0.9, weight_decay = 0.01;
};

// Turns the gradients that stand in the parameters into a step, in one pass over memory
// (kernels/update_rules.h):
//   adamw: Adam with decoupled decay (arXiv:1711.05101 algorithm 2)
//   adam: decay as an L2 term of the gradient (arXiv:1412.6980), adagrad (JMLR 12:2121) and sgd with momentum
//   too
// Decay spares one-dimensional weights (biases, norms, temperatures).
//
// Of a sparse gradient (COO over rows) only the rows that it names are touched: weight, states and decay of
// the others stay as they are, as in a lazy Adam; the corrections of Adam count all steps. Where every row is
// named it is the dense step.
class Optimiser {
 public:
  // `parallel` runs the pass; bits do not depend on it.
  Optimiser(const Parameters& parameters, OptimiserOptions options, ParallelFor parallel = run_serially);

  // Multiplies every gradient by `gradient_scale` (clipping), updates, and clears the gradients. `step`
  // counts from 1.
  void update(int64_t step, double learning_rate, double gradient_scale);

  // What a checkpoint must hold beside the weights: 0, 1 or 2 tensors a parameter.
  struct State {
    std::string name;
    std::vector<torch::Tensor> tensors;  // in the parameters' order
  };
  const std::vector<State>& states() const { return states_; }
  const std::string& name() const { return options_.name; }

 private:
  kernels::UpdateFactors factors(int64_t step, double learning_rate, double gradient_scale,
                                 double decay) const;

  const Parameters& parameters_;
  OptimiserOptions options_;
  ParallelFor parallel_;
  kernels::UpdateRule rule_;
  std::vector<State> states_;
};

// Square root of the sum of squares of every gradient.
double gradient_norm(const Parameters& parameters);

}  // namespace heed::train
