// The backward pass over one (sequence, key head), compiled once for each instruction set.
#if defined(HEED_ATTENTION_FUSED_BACKWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_FUSED_BACKWARD_INL_H_
#undef HEED_ATTENTION_FUSED_BACKWARD_INL_H_
#else
#define HEED_ATTENTION_FUSED_BACKWARD_INL_H_
#endif

#include <algorithm>
#include <cstdint>
#include <span>

#include "attention/fused_scores-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Gradients of a tile's dot products -> those of the biases beside them, which the scale does not touch.
template <class T>
void add_biases(const BackwardJob<T>& job, const Learned<float>& learned, const HeadFactors& factors,
                const Block& block, const Panel& panel, Tile d_scores) {
  const float by = factors.cooling / factors.scale;
  const int64_t reach = job.variant.relative_reach;
  float* relative =
      learned.relative_bias == nullptr ? nullptr : learned.relative_bias + factors.head * (2 * reach + 1);
  if (relative == nullptr && !job.gradients.bias) return;
  for (int64_t q = 0; q < panel.queries; ++q) {
    const auto position = static_cast<int64_t>(panel.position[q]);
    for (int64_t s = 0; s < block.keys; ++s) {
      const float d_score = d_scores.row(s)[q];
      if (d_score == 0.0F) continue;
      if (relative != nullptr) relative[relative_column(block.key + s - position, reach)] += by * d_score;
      if (job.gradients.bias) {
        job.gradients.bias.at(block.b, factors.head, panel.first + q, block.key + s) += by * d_score;
      }
    }
  }
}

// With weights P = softmax(Z) computed again from the saved log-sums, dropout's factors M, and
// O = (P M) V: dV = (P M)^T dO; dP = M (dO V^T); dZ = P (dP - D), D = rowsum(dO O); dQ = dZ K and dK = dZ^T
// Q, scaled. Tiles of scores stand as [keys, queries], so that dV and dK read them as they lie; a tile of
// queries meets all its keys, and what it gives to keys and values is added to their rows.
template <class T>
class BackwardPass {
 public:
  explicit BackwardPass(const BackwardJob<T>& job)
      : job_(job),
        inputs_(job.inputs),
        tiles_(backward_tiles(inputs_.width, inputs_.value_width, most_queries(inputs_.sequences))),
        logits_(job.variant, inputs_) {}

  void run(int64_t b, int64_t key_head, const Learned<float>& learned) {
    learned_ = learned;
    const Sequence& sequence = inputs_.sequences[static_cast<size_t>(b)];
    const int64_t shared = inputs_.heads / inputs_.key_heads;
    first_group_ = true;
    if (sequence.query_count == 0) {
      clear_rows(job_.gradients.key, sequence.key_begin, sequence.key_count, key_head, inputs_.width);
      clear_rows(job_.gradients.value, sequence.key_begin, sequence.key_count, key_head, inputs_.value_width);
    }
    for (int64_t head = key_head * shared; head < (key_head + 1) * shared; ++head) {
      const HeadFactors factors = head_factors(job_.variant, inputs_, head);
      const int64_t most = kPanelQueries * static_cast<int64_t>(tiles_.panels.size());
      for (int64_t first = 0; first < sequence.query_count; first += most) {
        query_panels(factors, sequence, b, first, HWY_MIN(most, sequence.query_count - first));
      }
    }
  }

 private:
  int64_t key_width() const { return padded(inputs_.width); }
  int64_t value_width() const { return padded(inputs_.value_width); }
  Tile weights() const { return {tiles_.score, kPanelQueries}; }
  Tile d_scores() const { return {tiles_.d_score, kPanelQueries}; }
  Tile key() const { return {tiles_.key, key_width()}; }
  Tile d_key() const { return {tiles_.d_key, key_width()}; }
  Tile d_value() const { return {tiles_.d_value, value_width()}; }
  Tile query(const Panel& panel) const { return {panel.query, key_width()}; }
  Tile d_query(const Panel& panel) const { return {panel.d_query, key_width()}; }
  Tile d_output(const Panel& panel) const { return {panel.d_output, value_width()}; }

  // Queries [first, first + queries) against all their keys.
  void query_panels(const HeadFactors& factors, const Sequence& sequence, int64_t b, int64_t first,
                    int64_t queries) {
    const auto count = static_cast<size_t>((queries + kPanelQueries - 1) / kPanelQueries);
    const std::span<Panel> panels(tiles_.panels.data(), count);
    finite_queries_ = true;
    for (size_t i = 0; i < count; ++i) {
      const auto begin = static_cast<int64_t>(i) * kPanelQueries;
      panels[i].first = first + begin;
      panels[i].queries = HWY_MIN(kPanelQueries, queries - begin);
      begin_panel(factors, sequence, panels[i]);
    }
    for (int64_t key = 0; key < sequence.key_count; key += kTileKeys) {
      key_block(factors, sequence, {b, key, HWY_MIN(kTileKeys, sequence.key_count - key)}, panels);
    }
    first_group_ = false;
    if (job_.gradients.query.data == nullptr) return;
    for (const Panel& panel : panels) {
      for (int64_t q = 0; q < panel.queries; ++q) {
        float* to = job_.gradients.query.at(sequence.query_begin + panel.first + q, factors.head);
        if (panel.is_new) {
          std::fill_n(to, inputs_.width, 0.0F);
        } else {
          std::copy_n(d_query(panel).row(q), inputs_.width, to);
        }
      }
    }
  }

  void begin_panel(const HeadFactors& factors, const Sequence& sequence, Panel& panel) {
    const int64_t begin = sequence.query_begin + panel.first;
    finite_queries_ &=
        copy_rows(inputs_.query, begin, panel.queries, factors.head, inputs_.width, query(panel));
    finite_queries_ &=
        copy_rows(job_.d_output, begin, panel.queries, factors.head, inputs_.value_width, d_output(panel));
    transpose(query(panel), panel.queries, inputs_.width, {panel.query_transposed, kPanelQueries});
    transpose(d_output(panel), panel.queries, inputs_.value_width,
              {panel.d_output_transposed, kPanelQueries});
    logits_.set_queries(sequence, factors.head, panel);
    set_rows(factors, begin, panel);
    panel.is_new = true;
  }

  // Of each query: D, and the log-sum in powers of two.
  void set_rows(const HeadFactors& factors, int64_t begin, const Panel& panel) {
    const FloatTag d;
    const Tile output{tiles_.rows, value_width()};
    copy_rows(job_.output, begin, panel.queries, factors.head, inputs_.value_width, output);
    for (int64_t q = 0; q < panel.queries; ++q) {
      const float* HWY_RESTRICT out = output.row(q);
      const float* HWY_RESTRICT d_out = d_output(panel).row(q);
      Float sum = hn::Zero(d);
      for (int64_t i = 0; i < whole_vectors(inputs_.value_width); i += lanes()) {
        sum = hn::MulAdd(hn::Load(d, out + i), hn::Load(d, d_out + i), sum);
      }
      panel.product[q] = hn::GetLane(hn::SumOfLanes(d, sum));
      const float log_sum =
          job_.saved.log_sum[static_cast<size_t>((begin + q) * inputs_.heads + factors.head)];
      panel.log_sum[q] = log_sum == kHidden ? 0.0F : kLog2E * log_sum;
    }
    for (int64_t q = panel.queries; q < whole_vectors(panel.queries); ++q)
      panel.product[q] = panel.log_sum[q] = 0.0F;
  }

  void key_block(const HeadFactors& factors, const Sequence& sequence, const Block& block,
                 std::span<Panel> panels) {
    const int64_t row = sequence.key_begin + block.key;
    bool adds = false;
    for (Panel& panel : panels) {
      const KeyRange seen = logits_.keys_of(sequence, panel);
      if (block.key < seen.begin || seen.end <= block.key) continue;
      if (!adds) pack_block(row, block, factors.key_head);
      backward_tile(factors, sequence, block, panel, adds);
      adds = true;
    }
    if (!adds && !first_group_) return;
    give_rows(d_key(), adds, job_.gradients.key, row, block.keys, factors.key_head, inputs_.width);
    give_rows(d_value(), adds, job_.gradients.value, row, block.keys, factors.key_head, inputs_.value_width);
  }

  void pack_block(int64_t row, const Block& block, int64_t key_head) {
    const bool finite_keys = copy_rows(inputs_.key, row, block.keys, key_head, inputs_.width, key());
    const bool finite_values = copy_rows(inputs_.value, row, block.keys, key_head, inputs_.value_width,
                                         {tiles_.value, value_width()});
    finite_ = finite_keys && finite_values && finite_queries_;
  }

  void backward_tile(const HeadFactors& factors, const Sequence& sequence, const Block& block, Panel& panel,
                     bool adds) {
    multiply<Tile>({tiles_.key, key_width(), 1}, block.keys, inputs_.width,
                   {panel.query_transposed, kPanelQueries}, weights(), panel.queries, false);
    multiply<Tile>({tiles_.value, value_width(), 1}, block.keys, inputs_.value_width,
                   {panel.d_output_transposed, kPanelQueries}, d_scores(), panel.queries, false);
    const bool plain = logits_.is_plain(sequence, block, panel);
    if (!plain) logits_.make(factors, sequence, block, panel, weights());
    for (int64_t q = 0; q < whole_vectors(panel.queries); q += lanes()) {
      if (plain && inputs_.dropout == 0 && learned_.log_temperature == nullptr) {
        plain_softmax(factors, block, panel, q);
      } else {
        softmax(factors, sequence, block, panel, q, plain ? factors.scale : 1.0F);
      }
    }
    add_biases(job_, learned_, factors, block, panel, d_scores());
    const auto product = finite_ ? multiply<Tile> : multiply_seen<Tile>;
    const Left weight{tiles_.score, kPanelQueries, 1};
    const Left d_score{tiles_.d_score, kPanelQueries, 1};
    product(weight, block.keys, panel.queries, d_output(panel), d_value(), inputs_.value_width, adds);
    product(d_score, block.keys, panel.queries, query(panel), d_key(), inputs_.width, adds);
    product({tiles_.d_score, 1, kPanelQueries}, panel.queries, block.keys, key(), d_query(panel),
            inputs_.width, !panel.is_new);
    panel.is_new = false;
  }

  // Adds a block's sums to its gradient rows. The first queries that meet the block begin them: with zeros,
  // where none of them sees it.
  void give_rows(Tile from, bool has_sums, const Heads<float>& to, int64_t row, int64_t rows, int64_t head,
                 int64_t width) const {
    if (to.data == nullptr) return;
    for (int64_t s = 0; s < rows; ++s) {
      const float* HWY_RESTRICT source = from.row(s);
      float* HWY_RESTRICT target = to.at(row + s, head);
      if (!has_sums) {
        std::fill_n(target, width, 0.0F);
      } else if (first_group_) {
        std::copy_n(source, width, target);
      } else {
        add_row(source, width, target);
      }
    }
  }

  // Dot products -> weights; dO V^T -> gradients of the dot products. For a tile of scaled dot products
  // alone.
  void plain_softmax(const HeadFactors& factors, const Block& block, const Panel& panel, int64_t q) const {
    const FloatTag d;
    const Float scale = hn::Set(d, factors.scale);
    const Float d_scale = hn::Set(d, factors.scale * kLn2);
    const Float log_sum = hn::Load(d, panel.log_sum + q);
    const Float product = hn::Load(d, panel.product + q);
    for (int64_t s = 0; s < block.keys; ++s) {
      float* HWY_RESTRICT score = weights().row(s) + q;
      float* HWY_RESTRICT d_score = d_scores().row(s) + q;
      const Float weight = power_of_two(hn::Sub(hn::Mul(hn::Load(d, score), scale), log_sum));
      const Float d_logit = hn::Mul(weight, hn::Sub(hn::Load(d, d_score), product));
      hn::Store(weight, d, score);
      hn::Store(hn::Mul(d_logit, d_scale), d, d_score);
    }
  }

  // Logits (or dot products, with their scale) -> weights after dropout; dO V^T -> gradients of the dot
  // products. What else the logits depend on learns on the way.
  void softmax(const HeadFactors& factors, const Sequence& sequence, const Block& block, const Panel& panel,
               int64_t q, float scale) {
    const FloatTag d;
    const Float by = hn::Set(d, scale);
    const Float d_scale = hn::Set(d, factors.scale * kLn2);
    const Float log_sum = hn::Load(d, panel.log_sum + q);
    const Float product = hn::Load(d, panel.product + q);
    const Float position = hn::Load(d, panel.position + q);
    const Float one = hn::Set(d, 1.0F);
    const Float ramp_width = hn::Set(d, static_cast<float>(job_.variant.span_ramp));
    Float d_temperature = hn::Zero(d);
    Float d_span = hn::Zero(d);
    for (int64_t s = 0; s < block.keys; ++s) {
      float* HWY_RESTRICT score = weights().row(s) + q;
      float* HWY_RESTRICT d_score = d_scores().row(s) + q;
      const Float z = hn::Mul(hn::Load(d, score), by);
      Float weight = power_of_two(hn::Sub(z, log_sum));
      Float ramp = one;
      if (inputs_.span != nullptr) {
        ramp = logits_.span_weights(factors, hn::Set(d, static_cast<float>(block.key + s)), position);
        weight = hn::Mul(weight, ramp);
      }
      const Float keep =
          inputs_.dropout > 0 ? logits_.keep_factors(panel, sequence.key_begin + block.key + s, q) : one;
      const FloatMask seen = hn::Ne(weight, hn::Zero(d));
      const Float d_weight = hn::Sub(hn::Mul(keep, hn::Load(d, d_score)), product);
      const Float d_logit = hn::IfThenElseZero(seen, hn::Mul(weight, d_weight));
      hn::Store(hn::Mul(weight, keep), d, score);
      hn::Store(hn::Mul(d_logit, d_scale), d, d_score);
      // z ln 2 = (..) / exp(t): its slope in t is -z ln 2
      d_temperature = hn::NegMulAdd(d_logit, hn::IfThenElseZero(seen, z), d_temperature);
      // A span weight m below 1 acts as log m on the logit: slope 1 / (ramp m).
      const FloatMask slopes = hn::And(hn::Lt(ramp, one), seen);
      d_span = hn::Add(d_span, hn::IfThenElseZero(slopes, hn::Div(d_logit, hn::Mul(ramp_width, ramp))));
    }
    const auto sum = [&](Float of) HWY_ATTR {
      return hn::GetLane(hn::SumOfLanes(d, first_lanes(of, panel.queries - q)));
    };
    if (learned_.log_temperature != nullptr) {
      learned_.log_temperature[factors.head] += kLn2 * sum(d_temperature);
    }
    if (learned_.span != nullptr) learned_.span[factors.head] += sum(d_span);
  }

  // Zeros in lanes from `count` on.
  static Float first_lanes(Float x, int64_t count) {
    const FloatTag d;
    return hn::IfThenElseZero(hn::FirstN(d, static_cast<size_t>(HWY_MIN(count, lanes()))), x);
  }

  const BackwardJob<T>& job_;
  const Inputs<T>& inputs_;
  Tiles tiles_;
  Logits<T> logits_;
  Learned<float> learned_;
  bool first_group_ = true;     // at the first queries of the key head: its gradients have not begun
  bool finite_queries_ = true;  // of the panels' queries and output gradients
  bool finite_ = true;          // and of the block's keys and values
};

template <class T>
void run_backward(const BackwardJob<T>& job, int64_t begin, int64_t end) {
  BackwardPass<T> pass(job);
  job.units.each(begin, end, [&](int64_t group, int64_t b, int64_t key_head) {
    pass.run(b, key_head, job.parts.part(group));
  });
}

void run_backward_float(const BackwardJob<float>& job, int64_t begin, int64_t end) {
  run_backward(job, begin, end);
}
void run_backward_bfloat16(const BackwardJob<BFloat16>& job, int64_t begin, int64_t end) {
  run_backward(job, begin, end);
}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
