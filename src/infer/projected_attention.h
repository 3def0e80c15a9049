#pragma once

#include <optional>
#include <span>
#include <vector>

#include "attention/attention.h"
#include "infer/linear.h"
#include "kernels/rotary.h"
#include "model/config.h"

namespace heed::infer {

// attend(query(x), key(y), value(y)), heads side by side: [N, H * K].
//
// A row's keys and values stand side by side, [Hkv * K | Hkv * K], the latter left out where the values are
// the keys as they stand there: what a decoder remembers of a row.
class ProjectedAttention {
 public:
  enum class Kind { encoder_self, decoder_self, cross };

  ProjectedAttention(const Weights& scope, const ModelConfig& config, Kind kind);

  int64_t query_width() const { return heads_ * width_; }
  int64_t memory_width() const { return memory_width_; }

  // Self-attention: queries, then keys and values, of the same rows, [N, query_width + memory_width], from
  // one product. Queries and keys are turned by `rotation`; values are never.
  Matrix project_self(const Matrix& x, const kernels::Rotation& rotation = {}) const;
  // Cross-attention: the two apart.
  Matrix project_queries(const Matrix& x) const { return first_(x); }
  Matrix project_memory(const Matrix& y) const { return (*memory_)(y); }

  // Rows of memory_width() numbers, `stride` from one to the next; where `rows` is given, those it lists.
  struct Memory {
    const float* data = nullptr;
    int64_t stride = 0;
    const int32_t* rows = nullptr;
  };
  // Attention of the queries in the first columns of `queries` over `memory`, as `sequences` pair them. `tap`
  // may be null.
  Matrix attend(const Matrix& queries, const Memory& memory, std::span<const attention::Sequence> sequences,
                attention::Tap* tap = nullptr) const;

 private:
  attention::Variant variant_;
  int64_t heads_, key_heads_, width_, memory_width_;
  Linear first_;                  // queries, and of self-attention keys and values behind them
  std::optional<Linear> memory_;  // of cross-attention: keys and values
  std::vector<float> score_vector_, score_matrix_, log_temperature_, span_,
      relative_bias_;  // empty: not in the variant
};

}  // namespace heed::infer
