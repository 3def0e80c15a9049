#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "attention/variant.h"
#include "base/parallel.h"

// The mechanism: one call for every variant, by composition. H query heads share Hkv key/value heads
// (query head h reads key/value head h / (H / Hkv)); K is the width of a query or key head, Kv of a value
// head.
namespace heed::attention {

// The upper half of a float: 8 bits of exponent, 7 of fraction.
struct BFloat16 {
  uint16_t bits = 0;
};

// To the nearest, of two equally near ones to the even; NaN stays NaN.
BFloat16 to_bfloat16(float value);
inline float to_float(float value) { return value; }
inline float to_float(BFloat16 value) {
  return std::bit_cast<float>(static_cast<uint32_t>(value.bits) << 16);
}

// The format of what stands beside queries, keys and values of T: learned parts and biases.
template <class T>
using Real = std::conditional_t<std::is_same_v<T, BFloat16>, float, T>;

// Rows of heads somewhere in memory: element (row, head, i) is data[row * row_stride + head * head_stride +
// i]. [N, H, K] has strides {H*K, K}; [B, H, T, K] is one view a sequence. Strides count elements.
//
// Where `rows` is given, row i lies at data + rows[i] * row_stride, so that rows may stand in any order and
// many times. This is for keys and values of forward(), which gives the same bits as with the same rows one
// after another; everything else refuses it. A decoder whose hypotheses share their past keeps one pool of
// rows, and lists in `rows` those of each hypothesis one after another. Entries are at least 0, and read
// where a sequence has keys, nowhere else.
template <class T>
struct Heads {
  T* data = nullptr;
  int64_t row_stride = 0;
  int64_t head_stride = 0;
  const int32_t* rows = nullptr;

  T* at(int64_t row, int64_t head) const {
    return data + (rows == nullptr ? row : rows[row]) * row_stride + head * head_stride;
  }
};

// One text: its query rows and the key rows that they may see (of an index, where keys or values have one).
// Packed rows, padded rows with lengths and a key/value cache are all lists of these. Query row t stands at
// position `query_position + t` of the keys, which is what causal and window masks, ALiBi, relative bias and
// span measure distance from (a decoder with a cache of n keys and one new query has query_position n - 1).
struct Sequence {
  int64_t query_begin = 0;
  int64_t query_count = 0;
  int64_t key_begin = 0;
  int64_t key_count = 0;
  int64_t query_position = 0;
};

// Something with a value for (sequence b, head h, query t of the sequence, key s of the sequence); a stride
// of 0 repeats it.
template <class T>
struct Grid {
  T* data = nullptr;
  int64_t sequence_stride = 0;
  int64_t head_stride = 0;
  int64_t query_stride = 0;
  int64_t key_stride = 1;

  explicit operator bool() const { return data != nullptr; }
  T& at(int64_t b, int64_t h, int64_t t, int64_t s) const {
    return data[b * sequence_stride + h * head_stride + t * query_stride + s * key_stride];
  }
};

template <class T>
struct Inputs {
  std::span<const Sequence> sequences;
  int64_t heads = 1;
  int64_t key_heads = 1;
  int64_t width = 0;
  int64_t value_width = 0;
  Heads<const T> query, key, value;

  // Learned parts of a score or of the normaliser; null where the variant does not use them.
  const Real<T>* score_vector = nullptr;  // [H, K], additive: e = v_h . tanh(q + k)
  const Real<T>* score_matrix = nullptr;  // [H, K, K], bilinear: e = q^T M_h k
  const Real<T>* log_temperature =
      nullptr;  // [H]: biased scores are divided by exp(log_temperature[h]) before normalising
  const Real<T>* span =
      nullptr;  // [H], in keys, > 0: adaptive span, arXiv:1905.07799 eq. 4-5, ramp variant.span_ramp
  const Real<T>* relative_bias =
      nullptr;  // [H, 2 * variant.relative_reach + 1]: added at clip(s - position, +-reach)

  Grid<const uint8_t> mask;  // 0 hides the key
  Grid<const Real<T>> bias;  // added to the score after scaling; minus infinity hides the key, as a mask does

  // A text's only query may be summed in an order of its own, which takes less time: its output is
  // the same whatever else stands in `sequences`, but to the last bits not that of the query among others of
  // its text. For a decoder that feeds token after token and nothing else.
  bool own_order = false;

  // Dropout of attention weights, training only. Weight (b, h, t, s) is kept where dropout_keeps(...) says
  // so, a pure function of the seed and the place, and divided by 1 - dropout.
  double dropout = 0.0;
  uint64_t dropout_seed = 0;
};

// True where the weight at this place survives dropout: counter-based, so forward, backward, the reference
// and any tiling agree without storing a mask. `row` and `key` are absolute row numbers of the inputs, or
// places in their index.
bool dropout_keeps(uint64_t seed, double dropout, int64_t row, int64_t head, int64_t key);

// What a query attended to, from the forward pass itself. Filled for every query row and head:
// the `top` strongest keys (number within the sequence, weight), strongest first, of equal ones the earlier
// first, -1 where fewer have a weight above 0; and the entropy in nats of the weights (before dropout, as
// shares of their sum, which is 1 but for sigmoid). Rows that see no key have entropy 0. `rows` runs to the
// last query row of any sequence.
struct Tap {
  int64_t top = 0;
  bool wants_received = false;      // costs a second pass over the scores
  std::vector<int32_t> keys = {};   // [rows, H, top]
  std::vector<float> weights = {};  // [rows, H, top]
  std::vector<float> entropy = {};  // [rows, H]

  // Where wanted: what each key received, the sum of its weights over the queries of its sequence. The keys
  // of one sequence after another, in the order of the sequences.
  std::vector<float> received = {};  // [sum of key counts, H]
};

// What the forward pass leaves for the backward pass: per query row and head, the log of the softmax's sum,
// minus infinity where the row sees no key; of linear attention, the log of the sum of scores. Other
// normalisers leave nothing of use here.
struct Saved {
  std::vector<float> log_sum;  // [rows, H]
};

// Overwritten, not added to: every row of a sequence, and every place of the bias that a query and a key of a
// sequence share; nothing else is touched. Null parts are not computed. Where `value` aliases `key` (values =
// keys) the two gradients still come apart, and the caller adds them.
template <class T>
struct Gradients {
  Heads<T> query, key, value;
  T* score_vector = nullptr;
  T* score_matrix = nullptr;
  T* log_temperature = nullptr;
  T* span = nullptr;
  T* relative_bias = nullptr;
  Grid<T> bias;  // strides as the input's; where a stride is 0 the gradients of all places are summed
};

// output(row, h) = sum_s w(row, h, s) value(s, h'), for every query row of every sequence; a row that sees no
// key gives zeros. Runs the fused kernels where they cover the variant (scaled_dot or dot, softmax, every
// mask and bias), running sums for linear attention (linear.h), else the reference, and says so once in the
// log. `saved` and `tap` may be null; outputs are
// bit-equal whatever they are, and do not depend on `parallel` or on what else stands in `sequences`. Rows of
// no sequence are neither read nor written; sequences may share key rows (beams over one source), and query
// rows too where their output rows are not the same. Throws invalid_argument that names every shape where
// they do not fit, and unsupported for a span with a normaliser other than softmax.
void forward(const Variant& variant, const Inputs<float>& inputs, Heads<float> output, Saved* saved = nullptr,
             Tap* tap = nullptr, const ParallelFor& parallel = run_serially);
void forward(const Variant& variant, const Inputs<BFloat16>& inputs, Heads<float> output,
             Saved* saved = nullptr, Tap* tap = nullptr, const ParallelFor& parallel = run_serially);

// Gradients of a scalar loss with respect to the inputs, given `d_output` = dLoss/dOutput, the forward's
// `output` and `saved`. Here no two sequences may share query rows or key rows. The same bits whatever
// `parallel` is; gradients of what sequences share (learned parts, a broadcast bias) are summed in a fixed
// order.
void backward(const Variant& variant, const Inputs<float>& inputs, Heads<const float> output,
              const Saved& saved, Heads<const float> d_output, const Gradients<float>& gradients,
              const ParallelFor& parallel = run_serially);
void backward(const Variant& variant, const Inputs<BFloat16>& inputs, Heads<const float> output,
              const Saved& saved, Heads<const float> d_output, const Gradients<float>& gradients,
              const ParallelFor& parallel = run_serially);

}  // namespace heed::attention
