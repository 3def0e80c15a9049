#pragma once

#include <algorithm>

#include "attention/attention.h"

// What the passes of linear attention share, whatever the instruction set.
namespace heed::attention {

struct LinearForwardJob {
  bool causal;
  const Inputs<float>& inputs;
  Heads<float> output;
  Saved* saved;
};

struct LinearBackwardJob {
  bool causal;
  const Inputs<float>& inputs;
  Heads<const float> output;
  const Saved& saved;
  Heads<const float> d_output;
  const Gradients<float>& gradients;
};

// In what order the running sums of linear attention meet the keys and queries of a sequence. Queries [0,
// blind) see no key. Then all keys [0, before) come, which every other query sees; then pairs, key `before +
// i` in front of query `blind + i`, which sees it and what came before; then the queries from `blind + pairs`
// on, which see all keys. Keys from `before + pairs` on are seen by none.
struct LinearOrder {
  int64_t blind = 0;
  int64_t before = 0;
  int64_t pairs = 0;

  int64_t seen() const { return before + pairs; }
};

inline LinearOrder linear_order(bool causal, const Sequence& sequence) {
  const int64_t keys = sequence.key_count;
  const int64_t queries = sequence.query_count;
  // Without a causal mask every query might as well stand behind the last key.
  const int64_t position = causal ? sequence.query_position : keys;
  LinearOrder order;
  order.blind = keys == 0 ? queries : std::clamp<int64_t>(-position, 0, queries);
  if (order.blind == queries) return order;
  order.before = std::clamp<int64_t>(position, 0, keys);
  order.pairs = std::clamp(position + queries, order.before, keys) - order.before;
  return order;
}

}  // namespace heed::attention
