#pragma once

#include <cstdint>

#include <hwy/aligned_allocator.h>

#include "attention/attention.h"
#include "attention/units.h"

// What the fused kernels of every instruction set share: the job, the tile sizes and the scratch.
namespace heed::attention {

// Query rows and keys of a tile. At K = Kv = 64 the forward pass keeps 16 KB each of queries, transposed
// keys, values, scores and output: 80 KB, well inside a 256 KB second-level cache, and one tile holds a whole
// sentence.
constexpr int64_t kTileQueries = 64;
constexpr int64_t kTileKeys = 64;

// Rows of tiles are padded with zeros to whole vectors of the widest instruction set.
constexpr int64_t kPad = 16;
constexpr int64_t padded(int64_t width) { return (width + kPad - 1) / kPad * kPad; }

struct ForwardJob {
  const Variant& variant;
  const Inputs<float>& inputs;
  Heads<float> output;
  Saved* saved;
  Tap* tap;
};

struct BackwardJob {
  const Variant& variant;
  const Inputs<float>& inputs;
  Heads<const float> output;
  const Saved& saved;
  Heads<const float> d_output;
  const Gradients<float>& gradients;
  const BackwardUnits& units;
  LearnedParts<float>& parts;
};

// One thread's tiles, row-major, each row on its own vectors.
struct Tiles {
  hwy::AlignedFreeUniquePtr<float[]> memory;
  float* query;           // [queries, Kp]
  float* key_transposed;  // [K, keys]
  float* value;           // [keys, Vp]
  float* score;           // [queries, keys]: scores, then weights
  float* ramp;            // [keys]: span weights of one row
  float* output;          // [queries, Vp]
  float* row_max;         // [queries]
  float* row_sum;         // [queries]

  // The backward pass only:
  float* key;               // [keys, Kp]
  float* value_transposed;  // [Kv, keys]
  float* d_score;           // [queries, keys]
  float* d_output;          // [queries, Vp]
  float* d_query;           // [queries, Kp]
  float* d_key;             // [keys, Kp]
  float* d_value;           // [keys, Vp]
  float* keep;              // [keys]: dropout's factors of one row
};

Tiles forward_tiles(int64_t width, int64_t value_width);
Tiles backward_tiles(int64_t width, int64_t value_width);

}  // namespace heed::attention
