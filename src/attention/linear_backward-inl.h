// The backward pass of linear attention, compiled once for each instruction set.
#if defined(HEED_ATTENTION_LINEAR_BACKWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_LINEAR_BACKWARD_INL_H_
#undef HEED_ATTENTION_LINEAR_BACKWARD_INL_H_
#else
#define HEED_ATTENTION_LINEAR_BACKWARD_INL_H_
#endif

#include <cmath>

#include "attention/linear_rows-inl.h"
#include "attention/units.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {

// With a = phi(q), b = phi(k), D_t = sum_s a_t . b_s, o_t = sum_s (a_t . b_s) v_s / D_t and g = d_output, the
// gradient of the score a_t . b_s is (g_t . v_s - g_t . o_t) / D_t = G_t . V_s, where G_t = (g_t, g_t . o_t)
// / D_t and V_s = (v_s, -1). So, s running over what t sees and t over what sees s,
//
//   da_t = (sum_s V_s b_s^T)^T G_t     keys in front of queries, as the forward pass goes;
//   db_s = (sum_t G_t a_t^T)^T V_s     queries in front of keys, from the last to the first;
//   dv_s = (sum_t a_t g_t^T / D_t)^T b_s    along with it.
class LinearBackward {
 public:
  explicit LinearBackward(const LinearBackwardJob& job)
      : job_(job),
        inputs_(job.inputs),
        head_(job.inputs),
        gradients_(head_.steps() * head_.shared(), inputs_.value_width + 1),
        feature_state_(inputs_.value_width + 1, inputs_.width),
        value_state_(inputs_.width, inputs_.value_width),
        d_features_(head_.steps() * head_.shared(), inputs_.width),
        d_values_(head_.steps() * head_.shared(), inputs_.value_width) {}

  void run(int64_t b, int64_t key_head) {
    head_.select(b, key_head);
    order_ = linear_order(job_.causal, head_.sequence());
    clear_unseen();
    if (order_.blind == head_.sequence().query_count) return;
    if (job_.gradients.query.data != nullptr) run_queries();
    if (job_.gradients.key.data != nullptr || job_.gradients.value.data != nullptr) run_keys();
  }

 private:
  void clear_unseen() const {
    const Sequence& sequence = head_.sequence();
    for (int64_t i = 0; i < head_.shared(); ++i) {
      clear_rows(job_.gradients.query, sequence.query_begin, order_.blind, head_.head(i), inputs_.width);
    }
    const int64_t first = sequence.key_begin + order_.seen();
    const int64_t count = sequence.key_count - order_.seen();
    clear_rows(job_.gradients.key, first, count, head_.key_head(), inputs_.width);
    clear_rows(job_.gradients.value, first, count, head_.key_head(), inputs_.value_width);
  }

  void run_queries() {
    feature_state_.clear();
    const int64_t behind = order_.blind + order_.pairs;
    advance_queries({order_.before, 0, 0, true, false});
    advance_queries({order_.pairs, order_.before, order_.blind, true, true});
    advance_queries({head_.sequence().query_count - behind, 0, behind, false, true});
  }

  void run_keys() {
    feature_state_.clear();
    value_state_.clear();
    const int64_t last = head_.sequence().query_count - 1;
    const int64_t behind = order_.blind + order_.pairs;
    advance_keys({last - behind + 1, 0, last, false, true, -1});
    advance_keys({order_.pairs, order_.seen() - 1, behind - 1, true, true, -1});
    advance_keys({order_.before, order_.before - 1, 0, true, false, -1});
  }

  void advance_queries(const LinearStretch& stretch) {
    stretch.in_parts(head_.steps(), [&](const LinearStretch& part) {
      load(part);
      if (part.has_queries) d_features_.clear();
      grow(feature_state_.rows(), inputs_.value_width + 1, inputs_.width,
           {part.count, part.has_keys ? 1 : 0, head_.values().rows(), head_.keys().rows(),
            part.has_queries ? head_.shared() : 0, gradients_.rows(), d_features_.rows()});
      if (!part.has_queries) return;
      for (int64_t step = 0; step < part.count; ++step) {
        for (int64_t i = 0; i < head_.shared(); ++i) {
          const int64_t at = step * head_.shared() + i;
          map_slopes(head_.queries().row(at), inputs_.width, d_features_.row(at));
          std::copy_n(d_features_.row(at), inputs_.width,
                      job_.gradients.query.at(head_.query_row(part, step), head_.head(i)));
        }
      }
    });
  }

  void advance_keys(const LinearStretch& stretch) {
    stretch.in_parts(head_.steps(), [&](const LinearStretch& part) {
      load(part);
      const int64_t queries = part.has_queries ? head_.shared() : 0;
      const int64_t keys = part.has_keys ? 1 : 0;
      if (job_.gradients.key.data != nullptr) {
        d_features_.clear();
        grow(feature_state_.rows(), inputs_.value_width + 1, inputs_.width,
             {part.count, queries, gradients_.rows(), head_.queries().rows(), keys, head_.values().rows(),
              d_features_.rows()});
      }
      if (job_.gradients.value.data != nullptr) {
        d_values_.clear();
        grow(value_state_.rows(), inputs_.width, inputs_.value_width,
             {part.count, queries, head_.queries().rows(), gradients_.rows(), keys, head_.keys().rows(),
              d_values_.rows()});
      }
      if (part.has_keys) write_keys(part);
    });
  }

  void write_keys(const LinearStretch& part) const {
    for (int64_t step = 0; step < part.count; ++step) {
      const int64_t row = head_.key_row(part, step);
      if (job_.gradients.key.data != nullptr) {
        map_slopes(head_.keys().row(step), inputs_.width, d_features_.row(step));
        std::copy_n(d_features_.row(step), inputs_.width, job_.gradients.key.at(row, head_.key_head()));
      }
      if (job_.gradients.value.data != nullptr) {
        std::copy_n(d_values_.row(step), inputs_.value_width, job_.gradients.value.at(row, head_.key_head()));
      }
    }
  }

  void load(const LinearStretch& part) const {
    head_.load(part);
    if (!part.has_queries) return;
    for (int64_t step = 0; step < part.count; ++step) {
      const int64_t row = head_.query_row(part, step);
      for (int64_t i = 0; i < head_.shared(); ++i)
        load_gradient(row, head_.head(i), step * head_.shared() + i);
    }
  }

  // The state's last column may take in what stands behind the values: nobody reads it.
  void load_gradient(int64_t row, int64_t head, int64_t at) const {
    const float* d_output = job_.d_output.at(row, head);
    const float* output = job_.output.at(row, head);
    float* gradient = gradients_.row(at);
    float product = 0.0F;
    for (int64_t v = 0; v < inputs_.value_width; ++v) product += d_output[v] * output[v];
    std::copy_n(d_output, inputs_.value_width, gradient);
    gradient[inputs_.value_width] = product;
    const float log_sum = job_.saved.log_sum[static_cast<size_t>(row * inputs_.heads + head)];
    scale_row(gradient, std::exp(-log_sum), inputs_.value_width + 1);
  }

  const LinearBackwardJob& job_;
  const Inputs<float>& inputs_;
  LinearHead head_;
  LinearOrder order_;
  LinearTile gradients_;      // G
  LinearTile feature_state_;  // [Kv + 1, K]
  LinearTile value_state_;    // [K, Kv]
  LinearTile d_features_;
  LinearTile d_values_;
};

// Units [begin, end) of sequences x key heads.
void run_linear_backward(const LinearBackwardJob& job, int64_t begin, int64_t end) {
  LinearBackward pass(job);
  for (int64_t unit = begin; unit < end; ++unit) {
    pass.run(unit / job.inputs.key_heads, unit % job.inputs.key_heads);
  }
}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
