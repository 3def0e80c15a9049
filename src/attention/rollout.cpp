#include "attention/rollout.h"

#include <cmath>
#include <numeric>
#include <string>

#include "base/error.h"

namespace heed::attention {
namespace {

[[noreturn]] void fail(const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, "attention::rollout: " + problem);
}

std::string number(int64_t value) { return std::to_string(value); }
int64_t size_of(const auto& values) { return static_cast<int64_t>(values.size()); }

void check_start(const Sequence& sequence, int64_t heads, std::span<const float> start) {
  const int64_t n = sequence.query_count;
  if (heads < 1 || sequence.query_begin < 0 || n < 0 || sequence.key_count != n) {
    fail("expected heads of at least 1 and a sequence of n queries over its own n keys, found heads " +
         number(heads) + ", query " + number(sequence.query_begin) + "+" + number(n) + " and " +
         number(sequence.key_count) + " keys");
  }
  if (size_of(start) != n) {
    fail("expected start [n] for " + number(n) + " rows of the sequence, found [" + number(size_of(start)) +
         "]");
  }
  for (int64_t t = 0; t < n; ++t) {
    const float share = start[static_cast<size_t>(t)];
    if (!(share >= 0) || !std::isfinite(share)) {
      fail("expected start of finite shares >= 0, found " + std::to_string(share) + " at row " + number(t));
    }
  }
}

void check_layer(const Tap& tap, const Tap& first, int64_t heads, const Sequence& sequence, int64_t layer) {
  const int64_t places = size_of(tap.entropy);
  const int64_t end = sequence.query_begin + sequence.query_count;
  if (places != size_of(first.entropy)) {
    fail("expected taps of the same rows, found [rows, heads] of " + number(size_of(first.entropy)) +
         " places in layer 1 and " + number(places) + " in layer " + number(layer));
  }
  if (places % heads != 0 || places / heads < end || tap.top < 0 || size_of(tap.keys) != places * tap.top ||
      size_of(tap.weights) != places * tap.top) {
    fail("expected a tap of [rows >= " + number(end) + ", heads " + number(heads) + ", top " +
         number(tap.top) + "] in layer " + number(layer) + ", found " + number(places) + " entropies, " +
         number(size_of(tap.keys)) + " keys and " + number(size_of(tap.weights)) + " weights");
  }
}

// One step down: to = from A~. Half of a row's share stays with the row, half follows its links.
class Layer {
 public:
  Layer(const Tap& tap, int64_t heads, const Sequence& sequence)
      : tap_(tap), links_(heads * tap.top), heads_(heads), sequence_(sequence) {}

  void spread(int64_t t, double share, std::vector<double>& to) const {
    to[static_cast<size_t>(t)] += 0.5 * share;
    const int64_t first = (sequence_.query_begin + t) * links_;
    for (int64_t i = first; i < first + links_; ++i) {
      const int64_t key = tap_.keys[static_cast<size_t>(i)];
      if (key < 0) continue;
      if (key >= sequence_.key_count) {
        fail("expected links to the sequence's " + number(sequence_.key_count) + " keys, found one to key " +
             number(key) + " from row " + number(t));
      }
      const double weight = static_cast<double>(tap_.weights[static_cast<size_t>(i)]);
      to[static_cast<size_t>(key)] += 0.5 * share * weight / static_cast<double>(heads_);
    }
  }

 private:
  const Tap& tap_;
  int64_t links_;  // of a row
  int64_t heads_;
  const Sequence& sequence_;
};

}  // namespace

Rollout rollout(std::span<const Tap> layers, int64_t heads, const Sequence& sequence,
                std::span<const float> start) {
  check_start(sequence, heads, start);
  for (size_t l = 0; l < layers.size(); ++l) {
    check_layer(layers[l], layers[0], heads, sequence, static_cast<int64_t>(l) + 1);
  }
  Rollout result{.shares = {start.begin(), start.end()}};
  const double whole = std::accumulate(result.shares.begin(), result.shares.end(), 0.0);
  std::vector<double> below(start.size());
  for (size_t l = layers.size(); l-- > 0;) {
    const Layer layer(layers[l], heads, sequence);
    below.assign(start.size(), 0.0);
    for (int64_t t = 0; t < sequence.query_count; ++t) {
      const double share = result.shares[static_cast<size_t>(t)];
      if (share > 0) layer.spread(t, share, below);
    }
    result.shares.swap(below);
  }
  result.unexplained = whole - std::accumulate(result.shares.begin(), result.shares.end(), 0.0);
  return result;
}

}  // namespace heed::attention
