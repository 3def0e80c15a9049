// The rows of "The attention kernels" in docs/results.md, each beside its limit measured in the same run.
// GFLOP/s count the products of the definition: 4 T S K a head forward; 10 T S K backward, which computes the
// scores again.
#include "attention_rows.h"
#include "infer/single_thread.h"
#include "report.h"

namespace {

using namespace heed::bench;

constexpr const char* kNeedsTorch = "needs LibTorch: configure with HEED_TRAINING=ON";

std::vector<BenchRow> rows() {
#ifdef HEED_BENCH_TORCH
  const BenchRow libtorch{"attention-libtorch", attention_libtorch};
  const BenchRow sentences{"attention-short", attention_short};
#else
  const BenchRow libtorch{"attention-libtorch", nullptr, kNeedsTorch};
  const BenchRow sentences{"attention-short", nullptr, kNeedsTorch};
#endif
  return {{"attention-forward", attention_forward},
          {"attention-causal", attention_causal},
          libtorch,
          {"attention-backward", attention_backward},
          {"attention-bf16", attention_bf16},
          sentences,
          {"attention-decode", attention_decode},
          {"attention-memory", attention_memory},
          {"attention-tap", attention_tap}};
}

}  // namespace

int main(int argc, char** argv) {
  const heed::infer::SingleThread one_thread;
  return run_rows(rows(), "attention kernels, H 8, K 64, fp32, one thread", argc, argv);
}
