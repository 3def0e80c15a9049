#pragma once

#include <cstdint>
#include <vector>

#include <hwy/aligned_allocator.h>

#include "attention/attention.h"
#include "attention/units.h"

// What the fused kernels of every instruction set share: the jobs, the tile sizes and the scratch.
namespace heed::attention {

// A tile is a panel of queries against a block of keys. Its scores stand as [keys, queries]: a query is a
// lane, so that maxima, sums and masks of a row are whole vectors, keys and values are read as they lie, and
// only the queries are transposed, once for all their keys. At K = Kv = 64 a tile's transposed queries,
// scores, keys and values are 16 KB each, about a first-level cache, and 64 lanes are what a block of
// products holds in registers; one tile holds a whole sentence.
constexpr int64_t kPanelQueries = 64;
constexpr int64_t kTileKeys = 64;

// Panels that share a block of keys while it is near: keys and values of a long text come from far away (a
// row of 8 heads is 2 KB from the next, which leaves them 1/8 of each cache), and they come once for 256
// queries.
constexpr int64_t kMostPanels = 4;

// What the forward pass keeps of a lane's strongest links while it runs: in vector registers up to here.
constexpr int64_t kMostLinks = 8;

// Rows of tiles are padded with zeros to whole vectors of the widest instruction set.
constexpr int64_t kPad = 16;
constexpr int64_t padded(int64_t width) { return (width + kPad - 1) / kPad * kPad; }

template <class T>
struct ForwardJob {
  const Variant& variant;
  const Inputs<T>& inputs;
  Heads<float> output;
  Saved* saved;
  Tap* tap;
  std::vector<int64_t> first_keys;  // of each sequence in Tap::received; empty without a tap
};

template <class T>
struct BackwardJob {
  const Variant& variant;
  const Inputs<T>& inputs;
  Heads<const float> output;
  const Saved& saved;
  Heads<const float> d_output;
  const Gradients<float>& gradients;
  const BackwardUnits& units;
  LearnedParts<float>& parts;
};

// Queries [first, first + queries) of a sequence, one a lane, and what has come together for them. Arrays are
// [queries] where not said otherwise; Q is kPanelQueries.
struct Panel {
  int64_t first;
  int64_t queries;
  bool is_new;              // no key yet: the output has not begun
  float* query_transposed;  // [K, Q]

  // What a query knows of itself.
  float* position;  // among the keys
  float* begin;     // keys [begin, end) that lengths, causal and window masks leave
  float* end;
  int32_t* place;      // in a grid, counted from the panel's first query
  uint32_t* random_1;  // dropout's words
  uint32_t* random_2;

  // The forward pass. Maxima and logits are in powers of two.
  float* output;  // [Q, Vp]
  float* row_max;
  float* row_sum;
  float* shrink;
  float* score_sum;     // of weight times (logit - max): for the tap, as what follows
  float* weight_scale;  // 1 / sum, once it is known
  float* link_score;    // [kMostLinks, Q]
  float* link_key;      // [kMostLinks, Q]

  // The backward pass.
  float* query;                // [Q, Kp]
  float* d_output;             // [Q, Vp]
  float* d_output_transposed;  // [Kv, Q]
  float* d_query;              // [Q, Kp]
  float* log_sum;
  float* product;  // d_output . output
};

// One thread's scratch, row-major, each row on its own vectors.
struct Tiles {
  hwy::AlignedFreeUniquePtr<float[]> memory;
  std::vector<Panel> panels;
  float* rows;   // [Q, max(Kp, Vp)]: queries before they are transposed, outputs
  float* key;    // [keys, Kp]
  float* value;  // [keys, Vp]
  float* score;  // [keys, Q]: scores, then weights

  // The backward pass.
  float* d_score;  // [keys, Q]
  float* d_key;    // [keys, Kp]
  float* d_value;  // [keys, Vp]
};

// Of normalisers that need whole rows. The buffers hold `queries` lanes a key, as many as make about a
// megabyte.
struct ExactTiles {
  Tiles shared;
  hwy::AlignedFreeUniquePtr<float[]> memory;
  int64_t queries;
  float* score;    // [S, queries]
  float* d_score;  // [S, queries]
};
ExactTiles exact_tiles(int64_t width, int64_t value_width, int64_t keys);

// Of at most kMostRows queries, each a row a head: what RowPass works on.
constexpr int64_t kMostRows = 4;
struct RowTiles {
  hwy::AlignedFreeUniquePtr<float[]> memory;
  float* rows;            // [keys, max(Kp, Vp)]
  float* key_transposed;  // [K, keys]
  float* score;           // [H, rows, keys]
  float* output;          // [H, rows, Vp]
  float* row_max;         // [H, rows]
  float* row_sum;         // [H, rows]
};
RowTiles row_tiles(int64_t heads, int64_t width, int64_t value_width);

// For sequences of at most `queries` queries.
Tiles forward_tiles(int64_t width, int64_t value_width, int64_t queries, bool tapped);
Tiles backward_tiles(int64_t width, int64_t value_width, int64_t queries);

}  // namespace heed::attention
