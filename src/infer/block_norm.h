#pragma once

#include "infer/layer_norm.h"
#include "infer/linear.h"
#include "model/config.h"

namespace heed::infer {

// How a block joins its residual connection: x + block(norm(x)) (pre), or norm(x + block(x)) (post,
// arXiv:1706.03762 section 3.1).
class BlockNorm {
 public:
  // `scope` holds the block's `norm`.
  BlockNorm(const Weights& scope, const ModelConfig& config)
      : norm_(scope / "norm"), post_(config.norm == "post") {}

  // What the block works on.
  Matrix before(const Matrix& x) const { return post_ ? x : norm_(x); }
  // Takes the block's last product, of `inner`, into x.
  void join(Matrix& x, const Linear& last, const Matrix& inner) const {
    last.add_to(x, inner);
    if (post_) norm_.in_place(x);
  }

 private:
  LayerNorm norm_;
  bool post_;
};

}  // namespace heed::infer
