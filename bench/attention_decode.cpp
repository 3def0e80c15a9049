#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "attention_check.h"
#include "attention_problem.h"
#include "attention_rows.h"
#include "base/random.h"
#include "stream_read.h"

namespace heed::bench {
namespace {

using attention::Inputs;
using attention::Sequence;

constexpr int64_t kSlots = 64;
constexpr int64_t kCapacity = 64;
constexpr int64_t kFewestKeys = 16;
constexpr int64_t kHeads = 4;
constexpr int64_t kWidth = 64;
constexpr int64_t kRow = kHeads * kWidth;

// One step of decoding: [slot, capacity, H*K] keys and values, of which each slot has its own first few rows;
// or the same rows position after position, and an index of each slot's.
class DecodeStep {
 public:
  explicit DecodeStep(uint64_t seed)
      : query_(normals(kSlots * kRow, seed)),
        key_(normals(kSlots * kCapacity * kRow, seed + 1)),
        value_(normals(kSlots * kCapacity * kRow, seed + 2)),
        output_(kSlots * kRow) {
    Random random(seed + 3);
    for (int64_t slot = 0; slot < kSlots; ++slot) {
      const auto keys = kFewestKeys + static_cast<int64_t>(random.below(kCapacity - kFewestKeys + 1));
      sequences_.push_back({slot, 1, slot * kCapacity, keys, keys - 1});
    }
  }

  // Lays rows out as the pool of a decoder that appends a row a slot at every position. After each position a
  // row stays free: 64 rows are 64 KB, and those of a slot would all fall into the same sets of a cache.
  void scatter() {
    constexpr int64_t kStep = kSlots + 1;
    index_.resize(kSlots * kCapacity);
    std::vector<float> keys(kCapacity * kStep * kRow), values(keys);
    for (int64_t slot = 0; slot < kSlots; ++slot) {
      for (int64_t position = 0; position < kCapacity; ++position) {
        const int64_t from = slot * kCapacity + position, to = position * kStep + slot;
        index_[static_cast<size_t>(from)] = static_cast<int32_t>(to);
        std::copy_n(key_.data() + from * kRow, kRow, keys.data() + to * kRow);
        std::copy_n(value_.data() + from * kRow, kRow, values.data() + to * kRow);
      }
    }
    key_ = std::move(keys);
    value_ = std::move(values);
  }

  void attend() { attention::forward({.causal = true}, inputs(), {output_.data(), kRow, kWidth}); }

  // The same rows of keys and values, and nothing done with them.
  void read() {
    for (const Sequence& s : sequences_) {
      read_ = read_ + stream_read(key_.data() + s.key_begin * kRow, s.key_count * kRow) +
              stream_read(value_.data() + s.key_begin * kRow, s.key_count * kRow);
    }
  }

  void check(const std::string& what) {
    attend();
    check_rows(what, {.causal = true}, inputs(), output_, 1e-4);
  }
  const std::vector<float>& output() const { return output_; }

  double megabytes() const {
    double rows = 0;
    for (const Sequence& s : sequences_) rows += static_cast<double>(2 * s.key_count);
    return rows * kRow * sizeof(float) * 1e-6;
  }

 private:
  Inputs<float> inputs() const {
    Inputs<float> inputs;
    inputs.sequences = sequences_;
    inputs.heads = inputs.key_heads = kHeads;
    inputs.width = inputs.value_width = kWidth;
    inputs.query = {query_.data(), kRow, kWidth};
    inputs.key = {key_.data(), kRow, kWidth, index_.empty() ? nullptr : index_.data()};
    inputs.value = {value_.data(), kRow, kWidth, inputs.key.rows};
    return inputs;
  }

  std::vector<float> query_, key_, value_, output_;
  std::vector<Sequence> sequences_;
  std::vector<int32_t> index_;  // empty: rows stand in order
  volatile float read_ = 0;     // a read whose result nobody sees would be optimised away
};

Figure decode(const std::string& key, const std::string& name, std::vector<DecodeStep>& steps) {
  double megabytes = 0;
  for (DecodeStep& step : steps) {
    step.check("attention-decode");
    megabytes += step.megabytes();
  }
  const auto count = static_cast<double>(steps.size());
  const InTurn times = time_in_turn(
      [&] {
        for (DecodeStep& step : steps) step.read();
      },
      [&] {
        for (DecodeStep& step : steps) step.attend();
      });
  return {key, fmt::format("{}, {:.0f} MB", name, megabytes), times.ratio,
          Measured{"us", times.own_seconds / count * 1e6, times.limit_seconds / count * 1e6, "read"},
          times.rounds};
}

// Scattered rows beside the same rows in order, `steps`.
Figure indexed(std::vector<DecodeStep>& steps) {
  std::vector<DecodeStep> scattered = steps;
  for (size_t i = 0; i < steps.size(); ++i) {
    scattered[i].scatter();
    scattered[i].check("attention-decode, indexed");
    steps[i].attend();
    require_close("attention-decode, indexed", scattered[i].output(), steps[i].output(), 0);
  }
  const auto count = static_cast<double>(steps.size());
  const InTurn times = time_in_turn(
      [&] {
        for (DecodeStep& step : steps) step.attend();
      },
      [&] {
        for (DecodeStep& step : scattered) step.attend();
      });
  return {"indexed", fmt::format("{} pools and an index", steps.size()), times.ratio,
          Measured{"us", times.own_seconds / count * 1e6, times.limit_seconds / count * 1e6, "rows in order"},
          times.rounds};
}

std::vector<DecodeStep> steps_of(uint64_t count) {
  std::vector<DecodeStep> steps;
  for (uint64_t i = 0; i < count; ++i) steps.emplace_back(10 * (i + 1));
  return steps;
}

}  // namespace

// A decoder of several layers comes back to a cache after it has read all others, so the bar is held by eight
// in turn; one alone stays nearer to the core.
std::vector<Figure> attention_decode() {
  std::vector<DecodeStep> one = steps_of(1), eight = steps_of(8);
  return {decode("in_turn", "8 caches in turn", eight), decode("again", "1 cache again", one),
          indexed(eight)};
}

}  // namespace heed::bench
