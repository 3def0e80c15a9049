// The forward pass of linear attention, compiled once for each instruction set.
#if defined(HEED_ATTENTION_LINEAR_FORWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_LINEAR_FORWARD_INL_H_
#undef HEED_ATTENTION_LINEAR_FORWARD_INL_H_
#else
#define HEED_ATTENTION_LINEAR_FORWARD_INL_H_
#endif

#include <cmath>
#include <limits>

#include "attention/linear_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {

class LinearForward {
 public:
  explicit LinearForward(const LinearForwardJob& job)
      : job_(job),
        inputs_(job.inputs),
        head_(job.inputs),
        state_(inputs_.width, inputs_.value_width),
        key_sum_(1, inputs_.width),
        sums_(1, head_.steps() * head_.shared()),
        output_(head_.steps() * head_.shared(), inputs_.value_width) {}

  void run(int64_t b, int64_t key_head) {
    head_.select(b, key_head);
    const Sequence& sequence = head_.sequence();
    const LinearOrder order = linear_order(job_.causal, sequence);
    for (int64_t t = 0; t < order.blind; ++t) {
      for (int64_t i = 0; i < head_.shared(); ++i) {
        const int64_t row = sequence.query_begin + t;
        std::fill_n(job_.output.at(row, head_.head(i)), inputs_.value_width, 0.0F);
        save(row, head_.head(i), -std::numeric_limits<float>::infinity());
      }
    }
    if (order.blind == sequence.query_count) return;
    state_.clear();
    key_sum_.clear();
    const int64_t behind = order.blind + order.pairs;
    advance({order.before, 0, 0, true, false});
    advance({order.pairs, order.before, order.blind, true, true});
    advance({sequence.query_count - behind, 0, behind, false, true});
  }

 private:
  void advance(const LinearStretch& stretch) {
    stretch.in_parts(head_.steps(), [&](const LinearStretch& part) {
      head_.load(part);
      add_up(part);
      if (part.has_queries) output_.clear();
      grow(state_.rows(), inputs_.width, inputs_.value_width,
           {part.count, part.has_keys ? 1 : 0, head_.keys().rows(), head_.values().rows(),
            part.has_queries ? head_.shared() : 0, head_.queries().rows(), output_.rows()});
      if (part.has_queries) finish(part);
    });
  }

  // The sum of the keys' features, and each query's product with it: its sum of scores.
  void add_up(const LinearStretch& part) const {
    for (int64_t step = 0; step < part.count; ++step) {
      if (part.has_keys) add_row(key_sum_.row(0), head_.keys().row(step), inputs_.width);
      if (!part.has_queries) continue;
      for (int64_t i = step * head_.shared(); i < (step + 1) * head_.shared(); ++i) {
        sums_.row(0)[i] = inner(head_.queries().row(i), key_sum_.row(0), inputs_.width);
      }
    }
  }

  void finish(const LinearStretch& part) const {
    for (int64_t step = 0; step < part.count; ++step) {
      const int64_t row = head_.query_row(part, step);
      for (int64_t i = 0; i < head_.shared(); ++i) {
        const float sum = sums_.row(0)[step * head_.shared() + i];
        float* out = output_.row(step * head_.shared() + i);
        scale_row(out, 1.0F / sum, inputs_.value_width);
        std::copy_n(out, inputs_.value_width, job_.output.at(row, head_.head(i)));
        save(row, head_.head(i), std::log(sum));
      }
    }
  }

  void save(int64_t row, int64_t head, float log_sum) const {
    if (job_.saved == nullptr) return;
    job_.saved->log_sum[static_cast<size_t>(row * inputs_.heads + head)] = log_sum;
  }

  const LinearForwardJob& job_;
  const Inputs<float>& inputs_;
  LinearHead head_;
  LinearTile state_;    // S [K, Kv]
  LinearTile key_sum_;  // z [K]
  LinearTile sums_;     // phi(q) . z
  LinearTile output_;
};

// Units [begin, end) of sequences x key heads.
void run_linear_forward(const LinearForwardJob& job, int64_t begin, int64_t end) {
  LinearForward pass(job);
  for (int64_t unit = begin; unit < end; ++unit) {
    pass.run(unit / job.inputs.key_heads, unit % job.inputs.key_heads);
  }
}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
