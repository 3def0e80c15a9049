#pragma once

#include <cstdint>
#include <vector>

#include "attention/attention.h"
#include "attention/score.h"

namespace heed::attention {

// One query row of one head: the keys that it sees, and what it makes of them. All vectors run over the seen
// keys.
template <class T>
class ReferenceRow {
 public:
  ReferenceRow(const Variant& variant, const Inputs<T>& inputs) : variant_(variant), inputs_(inputs) {}

  // Scores and weighs the keys of query row `t` of sequence `b`.
  void attend(int64_t b, int64_t head, int64_t t);

  const std::vector<int64_t>& seen() const { return seen_; }  // key numbers within the sequence
  const std::vector<T>& scores() const { return scores_; }    // biased and divided by the temperature
  const std::vector<T>& weights() const { return weights_; }  // before dropout
  const std::vector<T>& kept() const { return kept_; }        // what dropout multiplies each weight with
  const std::vector<const T*>& keys() const { return keys_; }
  T log_sum() const { return log_sum_; }
  const T* query() const { return query_; }
  HeadScore<T> head_score() const;
  T temperature() const;
  // Derivative of log(span weight) with respect to the span, for seen key i.
  T span_slope(size_t i) const;

 private:
  T bias(int64_t s) const;
  void find_keys();
  void score();
  void drop_out();

  const Variant& variant_;
  const Inputs<T>& inputs_;
  int64_t b_ = 0;
  int64_t head_ = 0;
  int64_t t_ = 0;
  const T* query_ = nullptr;
  T log_sum_ = 0;
  std::vector<int64_t> seen_;
  std::vector<const T*> keys_;
  std::vector<T> scores_, weights_, kept_;
  std::vector<T> ramp_;  // span weights; empty without a span
};

}  // namespace heed::attention
