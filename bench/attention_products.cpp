#include <dnnl.h>
#include <fmt/core.h>

#include "attention_check.h"
#include "attention_problem.h"
#include "attention_rows.h"
#include "base/error.h"

namespace heed::bench {
namespace {

// The core's own limit: one square product by oneDNN.
class MatrixProduct {
 public:
  static constexpr int64_t kSize = 1024;
  static constexpr double kOperations = 2.0 * kSize * kSize * kSize;

  MatrixProduct() : a_(kSize * kSize, 1.0F), b_(kSize * kSize, 0.5F), c_(kSize * kSize) {
    run();
    if (c_.front() != 0.5F * kSize || c_.back() != c_.front()) {
      throw Error(ErrorCode::internal,
                  fmt::format("dnnl_sgemm: expected {}, found {}", 0.5F * kSize, c_.front()));
    }
  }
  void run() {
    dnnl_sgemm('N', 'N', kSize, kSize, kSize, 1.0F, a_.data(), kSize, b_.data(), kSize, 0.0F, c_.data(),
               kSize);
  }

 private:
  std::vector<float> a_, b_, c_;
};

// Operations a second as a share of the matrix product's.
Figure beside_product(const std::string& key, const std::string& text, double operations, const Work& own) {
  MatrixProduct product;
  const InTurn times = time_in_turn([&] { product.run(); }, own);
  const double more = operations / MatrixProduct::kOperations;
  return {key, text, map(times.ratio, [&](double ratio) { return more / ratio; }),
          Measured{"GFLOP/s", operations / times.own_seconds * 1e-9,
                   MatrixProduct::kOperations / times.limit_seconds * 1e-9, "sgemm"},
          times.rounds};
}

Figure forward_at(const Shape& shape) {
  Problem problem(shape);
  const std::string text = fmt::format("T {}, B {}", shape.length, shape.batch);
  problem.forward();
  check_forward("attention-forward, " + text, problem);
  return beside_product(fmt::format("t{}", shape.length), text, 4 * shape.products(),
                        [&] { problem.forward(); });
}

Figure backward_at(const Shape& shape) {
  Problem problem(shape);
  const std::string text = fmt::format("T {}, B {}", shape.length, shape.batch);
  problem.forward();
  problem.backward();
  check_backward("attention-backward, " + text, problem);
  return beside_product(fmt::format("t{}", shape.length), text, 10 * shape.products(),
                        [&] { problem.backward(); });
}

}  // namespace

std::vector<Figure> attention_forward() {
  return {forward_at({.batch = 4, .length = 512}), forward_at({.length = 2048}),
          forward_at({.length = 8192})};
}

std::vector<Figure> attention_backward() {
  return {backward_at({.batch = 4, .length = 512}), backward_at({.length = 2048})};
}

}  // namespace heed::bench
