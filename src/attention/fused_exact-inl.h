// Normalisers that must see a whole row before they can weigh it, compiled once for each instruction set.
#if defined(HEED_ATTENTION_FUSED_EXACT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_FUSED_EXACT_INL_H_
#undef HEED_ATTENTION_FUSED_EXACT_INL_H_
#else
#define HEED_ATTENTION_FUSED_EXACT_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include "attention/fused_backward-inl.h"
#include "attention/normalise.h"
#include "attention/tap.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// sum, sigmoid, sparsemax, entmax15 and hard over dot products. A panel of queries is scored against all its
// keys into a buffer [keys, queries] (16 to 64 queries, so that it stays near a megabyte: O(S) memory,
// whatever T is); each row is then normalised exactly, by the code of the reference, and the products with
// values run tile by tile.
class ExactPass {
 public:
  ExactPass(const Variant& variant, const Inputs<float>& inputs)
      : variant_(variant),
        inputs_(inputs),
        tiles_(exact_tiles(inputs.width, inputs.value_width, most_keys(inputs.sequences))),
        panel_(tiles_.shared.panels.front()),
        logits_(variant, inputs) {}

  void forward(const ForwardJob<float>& job, int64_t b, int64_t key_head) {
    each_panel(b, key_head, [&](const HeadFactors& factors, const Sequence& sequence) HWY_ATTR {
      score(factors, sequence, b);
      for (int64_t q = 0; q < panel_.queries; ++q) weigh_row(job, sequence, b, factors.head, q);
      each_block(sequence, b, [&](const Block& block) HWY_ATTR { add_values(factors, sequence, block); });
      for (int64_t q = 0; q < panel_.queries; ++q) {
        float* to = job.output.at(sequence.query_begin + panel_.first + q, factors.head);
        if (panel_.is_new) {
          std::fill_n(to, inputs_.value_width, 0.0F);
        } else {
          std::copy_n(output().row(q), inputs_.value_width, to);
        }
      }
    });
  }

  void backward(const BackwardJob<float>& job, int64_t b, int64_t key_head, const Learned<float>& learned) {
    const Sequence& whole = inputs_.sequences[static_cast<size_t>(b)];
    clear_rows(job.gradients.key, whole.key_begin, whole.key_count, key_head, inputs_.width);
    clear_rows(job.gradients.value, whole.key_begin, whole.key_count, key_head, inputs_.value_width);
    each_panel(b, key_head, [&](const HeadFactors& factors, const Sequence& sequence) HWY_ATTR {
      score(factors, sequence, b);
      set_d_output(job, sequence, factors.head);
      each_block(sequence, b,
                 [&](const Block& block) HWY_ATTR { weigh_gradients(factors, sequence, block); });
      for (int64_t q = 0; q < panel_.queries; ++q) weigh_row_backward(learned, sequence, factors, q);
      each_block(sequence, b, [&](const Block& block) HWY_ATTR {
        add_biases(job, learned, factors, block, panel_, d_scores(block));
        give_gradients(job, factors, sequence, block);
      });
      for (int64_t q = 0; q < panel_.queries && job.gradients.query.data != nullptr; ++q) {
        float* to = job.gradients.query.at(sequence.query_begin + panel_.first + q, factors.head);
        if (panel_.is_new) {
          std::fill_n(to, inputs_.width, 0.0F);
        } else {
          std::copy_n(d_query().row(q), inputs_.width, to);
        }
      }
    });
  }

 private:
  int64_t stride() const { return tiles_.queries; }
  Tile scores(const Block& block) const { return {tiles_.score + block.key * stride(), stride()}; }
  Tile d_scores(const Block& block) const { return {tiles_.d_score + block.key * stride(), stride()}; }
  Tile query() const { return {panel_.query, padded(inputs_.width)}; }
  Tile d_query() const { return {panel_.d_query, padded(inputs_.width)}; }
  Tile key() const { return {tiles_.shared.key, padded(inputs_.width)}; }
  Tile value() const { return {tiles_.shared.value, padded(inputs_.value_width)}; }
  Tile output() const { return {tiles_.shared.rows, padded(inputs_.value_width)}; }
  Tile d_output() const { return {panel_.d_output, padded(inputs_.value_width)}; }

  template <class Body>
  void each_panel(int64_t b, int64_t key_head, const Body& body) {
    const Sequence& sequence = inputs_.sequences[static_cast<size_t>(b)];
    const int64_t shared = inputs_.heads / inputs_.key_heads;
    for (int64_t head = key_head * shared; head < (key_head + 1) * shared; ++head) {
      const HeadFactors factors = head_factors(variant_, inputs_, head, 1.0F);
      for (int64_t first = 0; first < sequence.query_count; first += tiles_.queries) {
        panel_.first = first;
        panel_.queries = HWY_MIN(tiles_.queries, sequence.query_count - first);
        panel_.is_new = true;
        body(factors, sequence);
      }
    }
  }

  template <class Body>
  void each_block(const Sequence& sequence, int64_t b, const Body& body) const {
    const KeyRange keys = logits_.keys_of(sequence, panel_);
    for (int64_t key = keys.begin; key < keys.end; key += kTileKeys) {
      body(Block{b, key, HWY_MIN(kTileKeys, sequence.key_count - key)});
    }
  }

  // Logits of the panel's queries and all their keys; minus infinity where a key is hidden.
  void score(const HeadFactors& factors, const Sequence& sequence, int64_t b) {
    finite_queries_ = copy_rows(inputs_.query, sequence.query_begin + panel_.first, panel_.queries,
                                factors.head, inputs_.width, query());
    transpose(query(), panel_.queries, inputs_.width, {panel_.query_transposed, kPanelQueries});
    logits_.set_queries(sequence, factors.head, panel_);
    each_block(sequence, b, [&](const Block& block) HWY_ATTR {
      multiply<Tile>(left_keys(sequence, block, factors.key_head), block.keys, inputs_.width,
                     {panel_.query_transposed, kPanelQueries}, scores(block), panel_.queries, false);
      logits_.make(factors, sequence, block, panel_, scores(block));
    });
  }

  // Keys where they lie; of scattered ones a copy.
  Left left_keys(const Sequence& sequence, const Block& block, int64_t key_head) {
    const int64_t row = sequence.key_begin + block.key;
    if (inputs_.key.rows == nullptr) return {inputs_.key.at(row, key_head), inputs_.key.row_stride, 1};
    copy_rows(inputs_.key, row, block.keys, key_head, inputs_.width, key());
    return {key().data, key().stride, 1};
  }

  // The keys that query q sees, and their logits, side by side.
  void gather(const Sequence& sequence, int64_t q) {
    const KeyRange keys = visible_keys(variant_, sequence, panel_.first + q);
    seen_.clear();
    scores_.clear();
    for (int64_t s = keys.begin; s < keys.end; ++s) {
      const float z = tiles_.score[s * stride() + q];
      if (z == kHidden) continue;
      seen_.push_back(s);
      scores_.push_back(z);
    }
    weights_.resize(seen_.size());
  }

  // Zeros for a query in all the panel's blocks.
  void clear_column(float* column, const Sequence& sequence) const {
    each_block(sequence, 0, [&](const Block& block) {
      for (int64_t s = block.key; s < block.key + block.keys; ++s) column[s * stride()] = 0.0F;
    });
  }

  float keep_factor(const Sequence& sequence, int64_t head, int64_t q, int64_t s) const {
    if (inputs_.dropout == 0) return 1.0F;
    const bool keeps = dropout_keeps(inputs_.dropout_seed, inputs_.dropout,
                                     sequence.query_begin + panel_.first + q, head, sequence.key_begin + s);
    return keeps ? static_cast<float>(1.0 / (1.0 - inputs_.dropout)) : 0.0F;
  }

  // Logits of query q -> weights after dropout.
  void weigh_row(const ForwardJob<float>& job, const Sequence& sequence, int64_t b, int64_t head, int64_t q) {
    const int64_t row = sequence.query_begin + panel_.first + q;
    gather(sequence, q);
    normalise<float>(variant_, scores_, {}, weights_, {row, head});
    if (job.tap != nullptr) tap_row(job, b, head, row);
    if (job.saved != nullptr && seen_.empty()) {
      job.saved->log_sum[static_cast<size_t>(row * inputs_.heads + head)] = kHidden;
    }
    clear_column(tiles_.score + q, sequence);
    for (size_t i = 0; i < seen_.size(); ++i) {
      tiles_.score[seen_[i] * stride() + q] = weights_[i] * keep_factor(sequence, head, q, seen_[i]);
    }
  }

  void tap_row(const ForwardJob<float>& job, int64_t b, int64_t head, int64_t row) const {
    TapRow links(*job.tap, row, head, inputs_.heads);
    for (size_t i = 0; i < seen_.size(); ++i) {
      links.add(seen_[i], static_cast<double>(weights_[i]));
      if (!job.tap->wants_received) continue;
      const int64_t key = job.first_keys[static_cast<size_t>(b)] + seen_[i];
      job.tap->received[static_cast<size_t>(key * inputs_.heads + head)] += weights_[i];
    }
    links.finish();
  }

  void add_values(const HeadFactors& factors, const Sequence& sequence, const Block& block) {
    const bool finite = copy_rows(inputs_.value, sequence.key_begin + block.key, block.keys, factors.key_head,
                                  inputs_.value_width, value());
    (finite ? multiply<Tile> : multiply_seen<Tile>)({scores(block).data, 1, stride()}, panel_.queries,
                                                    block.keys, value(), output(), inputs_.value_width,
                                                    !panel_.is_new);
    panel_.is_new = false;
  }

  void set_d_output(const BackwardJob<float>& job, const Sequence& sequence, int64_t head) {
    finite_queries_ &= copy_rows(job.d_output, sequence.query_begin + panel_.first, panel_.queries, head,
                                 inputs_.value_width, d_output());
    transpose(d_output(), panel_.queries, inputs_.value_width, {panel_.d_output_transposed, kPanelQueries});
  }

  // dO V^T
  void weigh_gradients(const HeadFactors& factors, const Sequence& sequence, const Block& block) {
    const Left values{inputs_.value.at(sequence.key_begin + block.key, factors.key_head),
                      inputs_.value.row_stride, 1};
    multiply<Tile>(values, block.keys, inputs_.value_width, {panel_.d_output_transposed, kPanelQueries},
                   d_scores(block), panel_.queries, false);
  }

  // Logits of query q -> weights after dropout; dO V^T -> gradients of the dot products.
  void weigh_row_backward(const Learned<float>& learned, const Sequence& sequence, const HeadFactors& factors,
                          int64_t q) {
    gather(sequence, q);
    normalise<float>(variant_, scores_, {}, weights_,
                     {sequence.query_begin + panel_.first + q, factors.head});
    d_weights_.resize(seen_.size());
    d_row_.resize(seen_.size());
    for (size_t i = 0; i < seen_.size(); ++i) {
      d_weights_[i] =
          tiles_.d_score[seen_[i] * stride() + q] * keep_factor(sequence, factors.head, q, seen_[i]);
    }
    normalise_backward<float>(variant_, scores_, weights_, d_weights_, d_row_);
    clear_column(tiles_.score + q, sequence);
    clear_column(tiles_.d_score + q, sequence);
    for (size_t i = 0; i < seen_.size(); ++i) {
      if (learned.log_temperature != nullptr) learned.log_temperature[factors.head] -= d_row_[i] * scores_[i];
      tiles_.d_score[seen_[i] * stride() + q] = d_row_[i] * factors.scale;
      tiles_.score[seen_[i] * stride() + q] = weights_[i] * keep_factor(sequence, factors.head, q, seen_[i]);
    }
  }

  void give_gradients(const BackwardJob<float>& job, const HeadFactors& factors, const Sequence& sequence,
                      const Block& block) {
    const int64_t row = sequence.key_begin + block.key;
    const Tile sums{tiles_.shared.d_key, padded(inputs_.width)};
    const Tile value_sums{tiles_.shared.d_value, padded(inputs_.value_width)};
    const bool finite =
        copy_rows(inputs_.key, row, block.keys, factors.key_head, inputs_.width, key()) && finite_queries_;
    const auto product = finite ? multiply<Tile> : multiply_seen<Tile>;
    product({d_scores(block).data, 1, stride()}, panel_.queries, block.keys, key(), d_query(), inputs_.width,
            !panel_.is_new);
    panel_.is_new = false;
    product({d_scores(block).data, stride(), 1}, block.keys, panel_.queries, query(), sums, inputs_.width,
            false);
    product({scores(block).data, stride(), 1}, block.keys, panel_.queries, d_output(), value_sums,
            inputs_.value_width, false);
    for (int64_t s = 0; s < block.keys; ++s) {
      if (job.gradients.key.data != nullptr) {
        add_row(sums.row(s), inputs_.width, job.gradients.key.at(row + s, factors.key_head));
      }
      if (job.gradients.value.data != nullptr) {
        add_row(value_sums.row(s), inputs_.value_width, job.gradients.value.at(row + s, factors.key_head));
      }
    }
  }

  const Variant& variant_;
  const Inputs<float>& inputs_;
  ExactTiles tiles_;
  Panel& panel_;
  Logits<float> logits_;
  bool finite_queries_ = true;
  // One row at a time: the keys that it sees, and what becomes of them.
  std::vector<int64_t> seen_;
  std::vector<float> scores_, weights_, d_weights_, d_row_;
};

void run_exact_forward(const ForwardJob<float>& job, int64_t begin, int64_t end) {
  ExactPass pass(job.variant, job.inputs);
  for (int64_t unit = begin; unit < end; ++unit) {
    pass.forward(job, unit / job.inputs.key_heads, unit % job.inputs.key_heads);
  }
}

void run_exact_backward(const BackwardJob<float>& job, int64_t begin, int64_t end) {
  ExactPass pass(job.variant, job.inputs);
  job.units.each(begin, end, [&](int64_t group, int64_t b, int64_t key_head) {
    pass.backward(job, b, key_head, job.parts.part(group));
  });
}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
