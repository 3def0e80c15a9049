#include "attention/reference_row.h"

#include <cmath>
#include <limits>

#include "attention/normalise.h"
#include "attention/place.h"

namespace heed::attention {

template <class T>
HeadScore<T> ReferenceRow<T>::head_score() const {
  const int64_t width = inputs_.width;
  HeadScore<T> score{variant_.score, width};
  if (inputs_.score_vector != nullptr) score.vector = inputs_.score_vector + head_ * width;
  if (inputs_.score_matrix != nullptr) score.matrix = inputs_.score_matrix + head_ * width * width;
  return score;
}

template <class T>
T ReferenceRow<T>::temperature() const {
  return inputs_.log_temperature == nullptr ? T(1) : std::exp(inputs_.log_temperature[head_]);
}

template <class T>
T ReferenceRow<T>::span_slope(size_t i) const {
  const T ramp = static_cast<T>(variant_.span_ramp);
  return ramp_[i] < 1 ? 1 / (ramp * ramp_[i]) : T(0);
}

template <class T>
T ReferenceRow<T>::bias(int64_t s) const {
  const int64_t offset = s - (inputs_.sequences[static_cast<size_t>(b_)].query_position + t_);
  T bias = 0;
  if (variant_.alibi) {
    bias -= static_cast<T>(alibi_slope(head_, inputs_.heads)) * static_cast<T>(std::abs(offset));
  }
  if (inputs_.relative_bias != nullptr) {
    const int64_t reach = variant_.relative_reach;
    bias += inputs_.relative_bias[head_ * (2 * reach + 1) + relative_column(offset, reach)];
  }
  if (inputs_.bias) bias += inputs_.bias.at(b_, head_, t_, s);
  return bias;
}

// Masks and the span's end hide a key, and so does a bias of minus infinity: it is as if it were not there.
template <class T>
void ReferenceRow<T>::find_keys() {
  const Sequence& sequence = inputs_.sequences[static_cast<size_t>(b_)];
  const int64_t key_head = head_ / (inputs_.heads / inputs_.key_heads);
  const KeyRange range = visible_keys(variant_, sequence, t_);
  seen_.clear();
  keys_.clear();
  ramp_.clear();
  for (int64_t s = range.begin; s < range.end; ++s) {
    if (inputs_.mask && inputs_.mask.at(b_, head_, t_, s) == 0) continue;
    if (inputs_.span != nullptr) {
      const int64_t distance = std::abs(s - (sequence.query_position + t_));
      const T weight = span_weight(inputs_.span[head_], static_cast<T>(variant_.span_ramp), distance);
      if (weight <= 0) continue;
      ramp_.push_back(weight);
    }
    seen_.push_back(s);
    keys_.push_back(inputs_.key.at(sequence.key_begin + s, key_head));
  }
}

template <class T>
void ReferenceRow<T>::score() {
  scores_.resize(seen_.size());
  score_keys<T>(head_score(), query_, keys_, scores_);
  const T temperature = this->temperature();
  size_t count = 0;
  for (size_t i = 0; i < seen_.size(); ++i) {
    const T score = (scores_[i] + bias(seen_[i])) / temperature;
    if (score == -std::numeric_limits<T>::infinity()) continue;
    seen_[count] = seen_[i];
    keys_[count] = keys_[i];
    if (!ramp_.empty()) ramp_[count] = ramp_[i];
    scores_[count++] = score;
  }
  seen_.resize(count);
  keys_.resize(count);
  scores_.resize(count);
  if (!ramp_.empty()) ramp_.resize(count);
}

template <class T>
void ReferenceRow<T>::drop_out() {
  const Sequence& sequence = inputs_.sequences[static_cast<size_t>(b_)];
  kept_.assign(seen_.size(), T(1));
  if (inputs_.dropout <= 0) return;
  for (size_t i = 0; i < seen_.size(); ++i) {
    const bool keeps = dropout_keeps(inputs_.dropout_seed, inputs_.dropout, sequence.query_begin + t_, head_,
                                     sequence.key_begin + seen_[i]);
    kept_[i] = keeps ? static_cast<T>(1 / (1 - inputs_.dropout)) : T(0);
  }
}

template <class T>
void ReferenceRow<T>::attend(int64_t b, int64_t head, int64_t t) {
  b_ = b;
  head_ = head;
  t_ = t;
  const int64_t row = inputs_.sequences[static_cast<size_t>(b)].query_begin + t;
  query_ = inputs_.query.at(row, head);
  find_keys();
  score();
  weights_.resize(seen_.size());
  log_sum_ = -std::numeric_limits<T>::infinity();
  if (!seen_.empty()) log_sum_ = normalise<T>(variant_, scores_, ramp_, weights_, {row, head});
  drop_out();
}

template class ReferenceRow<float>;
template class ReferenceRow<double>;

}  // namespace heed::attention
