#include "attention_rows.h"

#include <algorithm>
#include <cmath>

#include <dnnl.h>
#include <fmt/core.h>

#include "attention_check.h"
#include "attention_problem.h"
#include "base/error.h"

namespace heed::bench {
namespace {

using attention::Tap;

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

Spread map(const Spread& spread, const std::function<double(double)>& change) {
  const double low = change(spread.low), high = change(spread.high);
  return {std::min(low, high), change(spread.median), std::max(low, high)};
}

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

Measured milliseconds(const InTurn& times, const std::string& beside) {
  return {"ms", times.own_seconds * 1e3, times.limit_seconds * 1e3, beside};
}

// How many times as fast as `plain` it is.
Figure speed_up(const std::string& key, const std::string& text, const std::string& beside, const Work& plain,
                const Work& own) {
  const InTurn times = time_in_turn(plain, own);
  return {key, text, map(times.ratio, [](double ratio) { return 1 / ratio; }), milliseconds(times, beside),
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

Figure tap_figure(const std::string& key, const std::string& text, Problem& problem, bool wants_received) {
  Tap tap;
  tap.top = 8;
  tap.wants_received = wants_received;
  problem.forward(&tap);
  check_tap("attention-tap, " + text, problem, tap);
  const InTurn times = time_in_turn([&] { problem.forward(); }, [&] { problem.forward(&tap); });
  return {key, text, map(times.ratio, [](double ratio) { return 100 * (ratio - 1); }),
          milliseconds(times, "no tap"), times.rounds};
}

}  // namespace

std::vector<Figure> attention_forward() {
  return {forward_at({.batch = 4, .length = 512}), forward_at({.length = 2048}),
          forward_at({.length = 8192})};
}

std::vector<Figure> attention_backward() {
  return {backward_at({.batch = 4, .length = 512}), backward_at({.length = 2048})};
}

std::vector<Figure> attention_causal() {
  Problem plain({.length = 2048}), causal({.length = 2048});
  causal.variant.causal = true;
  causal.forward();
  check_forward("attention-causal", causal);
  return {speed_up(
      "t2048", "causal, T 2048", "unmasked", [&] { plain.forward(); }, [&] { causal.forward(); })};
}

std::vector<Figure> attention_bf16() {
  Problem problem({.length = 2048});
  problem.forward();
  check_forward("attention-bf16, fp32", problem);
  const auto narrow = problem.narrow();
  std::vector<float> output(problem.output.size());
  const auto run = [&] {
    attention::forward(problem.variant, narrow, view(problem.shape, output.data()), &problem.saved);
  };
  run();
  // The same numbers for the reference, so that only the rounding of weights is left.
  Problem rounded = problem;
  for (std::vector<float>* values : {&rounded.query, &rounded.key, &rounded.value}) {
    for (float& value : *values) value = attention::to_float(attention::to_bfloat16(value));
  }
  check_rows("attention-bf16", rounded.variant, rounded.inputs(), output, 0.02);
  double difference = 0;
  for (size_t i = 0; i < output.size(); ++i) {
    difference = std::max(difference, static_cast<double>(std::abs(output[i] - problem.output[i])));
  }
  return {speed_up(
              "t2048", "bf16, T 2048", "fp32", [&] { problem.forward(); }, run),
          {"difference", "greatest |bf16 - fp32|", {difference, difference, difference}}};
}

std::vector<Figure> attention_tap() {
  Problem problem({.length = 2048});
  return {tap_figure("links", "8 links and entropy", problem, false),
          tap_figure("received", "and received mass", problem, true)};
}

}  // namespace heed::bench
