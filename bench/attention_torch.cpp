#include <cmath>

#include <ATen/Parallel.h>
#include <fmt/core.h>
#include <malloc.h>
#include <torch/torch.h>

#include "attention_check.h"
#include "attention_problem.h"
#include "attention_rows.h"

namespace heed::bench {
namespace {

using torch::Tensor;

// [B, T, H, K] over the problem's own numbers.
Tensor tensor_of(const Shape& shape, std::vector<float>& values) {
  return torch::from_blob(values.data(), {shape.batch, shape.length, shape.heads, shape.width});
}

std::vector<float> values_of(const Tensor& tensor) {
  const Tensor flat = tensor.contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

// As LibTorch comes, glibc hands the great scores back to the system after each call, and the system clears
// fresh pages for the next, which can cost more than the arithmetic. From this call on freed memory is kept.
void keep_freed_memory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
}

// What one writes with LibTorch, over the problem's own numbers.
struct Peer {
  explicit Peer(Problem& problem)
      : scale(1 / std::sqrt(static_cast<double>(problem.shape.width))),
        query(tensor_of(problem.shape, problem.query)),
        key(tensor_of(problem.shape, problem.key)),
        value(tensor_of(problem.shape, problem.value)),
        d_output(tensor_of(problem.shape, problem.d_output)) {
    at::set_num_threads(1);
  }

  // softmax(q k^T / sqrt(K)) v of [B, H, T, K].
  Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v) const {
    return torch::matmul(torch::softmax(torch::matmul(q * scale, k.transpose(2, 3)), -1), v);
  }
  // Of views: the products copy what they need. [B, H, T, K].
  Tensor of_views() const {
    return attend(query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2));
  }
  // As models do: heads apart and in one piece, and the output back to [B, T, H, K].
  Tensor of_copies() const {
    const auto apart = [](const Tensor& x) { return x.transpose(1, 2).contiguous(); };
    return attend(apart(query), apart(key), apart(value)).transpose(1, 2).contiguous();
  }
  std::vector<Tensor> forward_and_backward() {
    for (Tensor* part : {&query, &key, &value}) part->requires_grad_();
    return torch::autograd::grad({of_copies()}, {query, key, value}, {d_output});
  }

  double scale;
  Tensor query, key, value, d_output;
};

Figure beside_torch(const std::string& key, const std::string& text, const Work& torch, const Work& own) {
  return speed_up({key, text, "LibTorch", Beside::peer}, torch, own);
}

Figure long_text(int64_t length, const std::string& memory = "") {
  const torch::NoGradGuard no_gradients;
  Problem problem({.length = length});
  const std::string text = fmt::format("T {}{}", length, memory.empty() ? "" : ", memory " + memory);
  const Peer peer(problem);
  problem.forward();
  check_forward("attention-libtorch, " + text, problem);
  require_close("attention-libtorch, LibTorch's output", values_of(peer.of_views().transpose(1, 2)),
                problem.output, 1e-4);
  return beside_torch(
      fmt::format("t{}{}", length, memory.empty() ? "" : "_" + memory), text, [&] { peer.of_views(); },
      [&] { problem.forward(); });
}

Figure sentences_forward() {
  const torch::NoGradGuard no_gradients;
  Problem problem({.batch = 64, .length = 24});
  const Peer peer(problem);
  problem.forward();
  check_forward("attention-short", problem);
  require_close("attention-short, LibTorch's output", values_of(peer.of_copies()), problem.output, 1e-4);
  return beside_torch(
      "forward", "T 24, B 64, forward", [&] { peer.of_copies(); }, [&] { problem.forward(); });
}

Figure sentences_both() {
  Problem problem({.batch = 64, .length = 24});
  Peer peer(problem);
  problem.forward();
  problem.backward();
  check_backward("attention-short", problem);
  const std::vector<Tensor> gradients = peer.forward_and_backward();
  require_close("attention-short, LibTorch's d_query", values_of(gradients[0]), problem.d_query, 1e-4);
  require_close("attention-short, LibTorch's d_key", values_of(gradients[1]), problem.d_key, 1e-4);
  require_close("attention-short, LibTorch's d_value", values_of(gradients[2]), problem.d_value, 1e-4);
  return beside_torch(
      "both", "forward and backward", [&] { peer.forward_and_backward(); },
      [&] {
        problem.forward();
        problem.backward();
      });
}

}  // namespace

std::vector<Figure> attention_libtorch() {
  std::vector<Figure> figures = {long_text(2048), long_text(4096)};
  keep_freed_memory();
  for (const int64_t length : {2048, 4096}) figures.push_back(long_text(length, "kept"));
  return figures;
}

// With memory kept, as in a process that has run for a while: the bar is the harder one.
std::vector<Figure> attention_short() {
  keep_freed_memory();
  return {sentences_forward(), sentences_both()};
}

}  // namespace heed::bench
