// Attention, forward and backward, beside this core's own matrix product limit. GFLOP/s count the products of
// the definition: 4 T S K a head forward; 10 T S K backward, which computes the scores again.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <benchmark/benchmark.h>
#include <dnnl.h>

#include "attention/attention.h"
#include "attention/reference.h"
#include "base/random.h"

namespace heed::attention {
namespace {

constexpr int64_t kHeads = 4;
constexpr int64_t kWidth = 64;

struct Batch {
  std::vector<Sequence> sequences;
  int64_t rows = 0;
  double products = 0;  // sum of T S K over heads
  std::vector<float> query, key, value, d_output, output, d_query, d_key, d_value;
  Variant variant;

  // Texts of `shortest` to `longest` tokens, as many as make `tokens`.
  Batch(int64_t tokens, int64_t shortest, int64_t longest) {
    Random random(5);
    while (rows < tokens) {
      const auto length =
          shortest + static_cast<int64_t>(random.below(static_cast<uint64_t>(longest - shortest + 1)));
      sequences.push_back({rows, length, rows, length, 0});
      rows += length;
      products += static_cast<double>(length * length * kWidth * kHeads);
    }
    for (std::vector<float>* x : {&query, &key, &value, &d_output}) {
      for (int64_t i = 0; i < rows * kHeads * kWidth; ++i) x->push_back(static_cast<float>(random.normal()));
    }
    for (std::vector<float>* x : {&output, &d_query, &d_key, &d_value}) x->resize(query.size());
  }

  template <class T>
  static Heads<T> view(T* data) {
    return {data, kHeads * kWidth, kWidth};
  }
  Inputs<float> inputs() const {
    Inputs<float> in;
    in.sequences = sequences;
    in.heads = in.key_heads = kHeads;
    in.width = in.value_width = kWidth;
    in.query = view(query.data());
    in.key = view(key.data());
    in.value = view(value.data());
    return in;
  }
  void run_forward(Saved& saved) { forward(variant, inputs(), view(output.data()), &saved); }
  void run_backward(const Saved& saved) {
    Gradients<float> to;
    to.query = view(d_query.data());
    to.key = view(d_key.data());
    to.value = view(d_value.data());
    backward(variant, inputs(), view<const float>(output.data()), saved, view<const float>(d_output.data()),
             to);
  }
};

void require_close(const std::vector<float>& found, const std::vector<float>& expected, const char* what) {
  for (size_t i = 0; i < found.size(); ++i) {
    if (std::abs(found[i] - expected[i]) <= 1e-4F * (1 + std::abs(expected[i]))) continue;
    std::fprintf(stderr, "attention_bench: %s[%zu]: expected %g as the reference has, found %g\n", what, i,
                 static_cast<double>(expected[i]), static_cast<double>(found[i]));
    std::exit(1);
  }
}

// Before anything is timed: the same numbers as the reference.
void check_against_reference(Batch& batch) {
  Saved saved;
  batch.run_forward(saved);
  batch.run_backward(saved);
  Batch plain = batch;
  Gradients<float> to;
  to.query = Batch::view(plain.d_query.data());
  to.key = Batch::view(plain.d_key.data());
  to.value = Batch::view(plain.d_value.data());
  reference_forward<float>(plain.variant, plain.inputs(), Batch::view(plain.output.data()));
  reference_backward<float>(plain.variant, plain.inputs(), Batch::view<const float>(plain.d_output.data()),
                            to);
  require_close(batch.output, plain.output, "output");
  require_close(batch.d_query, plain.d_query, "d_query");
  require_close(batch.d_key, plain.d_key, "d_key");
  require_close(batch.d_value, plain.d_value, "d_value");
}

void report(benchmark::State& state, double flops) {
  state.counters["GFLOP/s"] =
      benchmark::Counter(flops * 1e-9 * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

Batch batch_of(const benchmark::State& state) {
  return Batch(state.range(0), state.range(1), state.range(2));
}

void Forward(benchmark::State& state) {
  Batch batch = batch_of(state);
  check_against_reference(batch);
  Saved saved;
  for (auto _ : state) batch.run_forward(saved);
  report(state, 4 * batch.products);
}

void Backward(benchmark::State& state) {
  Batch batch = batch_of(state);
  check_against_reference(batch);
  Saved saved;
  batch.run_forward(saved);
  for (auto _ : state) batch.run_backward(saved);
  report(state, 10 * batch.products);
}

// The limit: one square product by oneDNN. Run with OMP_NUM_THREADS=1, as the attention above has one thread.
void Limit(benchmark::State& state) {
  const int64_t n = state.range(0);
  const std::vector<float> a(static_cast<size_t>(n * n), 1.0F);
  const std::vector<float> b(static_cast<size_t>(n * n), 0.5F);
  std::vector<float> c(static_cast<size_t>(n * n));
  for (auto _ : state) dnnl_sgemm('N', 'N', n, n, n, 1.0F, a.data(), n, b.data(), n, 0.0F, c.data(), n);
  if (c.front() != 0.5F * static_cast<float>(n)) state.SkipWithError("wrong product");
  report(state, 2.0 * static_cast<double>(n * n * n));
}

void shapes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"tokens", "shortest", "longest"});
  b->Args({3750, 10, 40});  // a training batch of 150 sentences
  b->Args({400, 10, 40});   // the same lengths, in cache
  b->Args({1024, 512, 512});
  b->Args({2048, 2048, 2048});
  b->Unit(benchmark::kMillisecond);
}

BENCHMARK(Limit)->Arg(512)->Unit(benchmark::kMillisecond);
BENCHMARK(Forward)->Apply(shapes);
BENCHMARK(Backward)->Apply(shapes);

}  // namespace
}  // namespace heed::attention

BENCHMARK_MAIN();
