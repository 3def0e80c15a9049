#include <algorithm>
#include <cmath>

#include "attention_check.h"
#include "attention_problem.h"
#include "attention_rows.h"

namespace heed::bench {
namespace {

using attention::Tap;

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

std::vector<Figure> attention_causal() {
  Problem plain({.length = 2048}), causal({.length = 2048});
  causal.variant.causal = true;
  causal.forward();
  check_forward("attention-causal", causal);
  return {speed_up(
      {"t2048", "causal, T 2048", "unmasked"}, [&] { plain.forward(); }, [&] { causal.forward(); })};
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
              {"t2048", "bf16, T 2048", "fp32"}, [&] { problem.forward(); }, run),
          {"difference", "greatest |bf16 - fp32|", {difference, difference, difference}}};
}

std::vector<Figure> attention_tap() {
  Problem problem({.length = 2048});
  return {tap_figure("links", "8 links and entropy", problem, false),
          tap_figure("received", "and received mass", problem, true)};
}

}  // namespace heed::bench
