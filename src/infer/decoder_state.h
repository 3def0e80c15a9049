#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "infer/lstm.h"
#include "infer/projected_attention.h"

namespace heed::infer {

// What one decoder layer remembers of the target so far, a slot a hypothesis: keys and values (slot s owns
// rows s * capacity to (s + 1) * capacity) or the state of a recurrence (row s); and the keys and values of
// the source. What a layer has not stays empty.
struct LayerMemory {
  KeyValues target;
  LstmState recurrence;
  KeyValues source;
};

// The memory of all layers for a number of hypotheses.
class DecoderState {
 public:
  // `layers` begin with their sources; where they keep keys and values of the target, with no rows of these,
  // but their widths.
  DecoderState(std::vector<LayerMemory> layers, int64_t slots) : layers_(std::move(layers)), slots_(slots) {}

  LayerMemory& layer(size_t i) { return layers_[i]; }
  int64_t first_row(int64_t slot) const { return slot * capacity_; }

  // Makes room for `length` target rows a slot; grows by doubling, so that a row is moved a bounded number of
  // times.
  void reserve(int64_t length);

  // Slot `to` becomes a copy of slot `from` with its first `length` rows, in every layer.
  void copy_slot(int64_t from, int64_t to, int64_t length);

 private:
  std::vector<LayerMemory> layers_;
  int64_t slots_;
  int64_t capacity_ = 0;
};

}  // namespace heed::infer
