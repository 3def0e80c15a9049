#include "attention/reference.h"

#include <algorithm>
#include <vector>

#include "attention/normalise.h"
#include "attention/place.h"
#include "attention/reference_row.h"
#include "attention/tap.h"
#include "attention/units.h"

namespace heed::attention {
namespace {

template <class T>
struct Forward {
  const Variant& variant;
  const Inputs<T>& inputs;
  Heads<T> output;
  Saved* saved;
  Tap* tap;
  const std::vector<int64_t>& received_from;

  void row(ReferenceRow<T>& state, int64_t b, int64_t head, int64_t t) const {
    const Sequence& sequence = inputs.sequences[static_cast<size_t>(b)];
    const int64_t key_head = head / (inputs.heads / inputs.key_heads);
    const int64_t row = sequence.query_begin + t;
    state.attend(b, head, t);
    T* out = output.at(row, head);
    std::fill_n(out, inputs.value_width, T(0));
    for (size_t i = 0; i < state.seen().size(); ++i) {
      const T weight = state.weights()[i] * state.kept()[i];
      const T* value = inputs.value.at(sequence.key_begin + state.seen()[i], key_head);
      for (int64_t v = 0; v < inputs.value_width; ++v) out[v] += weight * value[v];
    }
    if (saved != nullptr) {
      saved->log_sum[static_cast<size_t>(row * inputs.heads + head)] = static_cast<float>(state.log_sum());
    }
    if (tap != nullptr) {
      TapRow links(*tap, row, head, inputs.heads);
      for (size_t i = 0; i < state.seen().size(); ++i) {
        links.add(state.seen()[i], static_cast<double>(state.weights()[i]));
      }
      links.finish();
      receive(state, b, head);
    }
  }

 private:
  void receive(const ReferenceRow<T>& state, int64_t b, int64_t head) const {
    if (!tap->wants_received) return;
    for (size_t i = 0; i < state.seen().size(); ++i) {
      const int64_t key = received_from[static_cast<size_t>(b)] + state.seen()[i];
      tap->received[static_cast<size_t>(key * inputs.heads + head)] += static_cast<float>(state.weights()[i]);
    }
  }
};

template <class T>
struct Backward {
  const Variant& variant;
  const Inputs<T>& inputs;
  Heads<const T> d_output;
  const Gradients<T>& gradients;

  // 1. weights from attend(); 2. through the sum of values; 3. through dropout and normaliser; 4. through
  // temperature, span and biases; 5. through the score.
  void row(ReferenceRow<T>& state, const Learned<T>& learned, int64_t b, int64_t head, int64_t t) const {
    const Sequence& sequence = inputs.sequences[static_cast<size_t>(b)];
    state.attend(b, head, t);
    const size_t count = state.seen().size();
    if (count == 0) return;
    const int64_t row = sequence.query_begin + t;
    const std::vector<T> d_weights = values(state, sequence, head, row);
    std::vector<T> d_scores(count);
    normalise_backward<T>(variant, state.scores(), state.weights(), d_weights, d_scores);
    places(state, learned, b, head, t, d_scores);

    ScoreGradients<T> to;
    std::vector<T*> d_keys;
    if (gradients.query.data != nullptr) to.query = gradients.query.at(row, head);
    if (gradients.key.data != nullptr) {
      for (const int64_t s : state.seen())
        d_keys.push_back(gradients.key.at(sequence.key_begin + s, key_head(head)));
    }
    to.keys = d_keys;
    if (learned.score_vector != nullptr) to.vector = learned.score_vector + head * inputs.width;
    if (learned.score_matrix != nullptr)
      to.matrix = learned.score_matrix + head * inputs.width * inputs.width;
    score_keys_backward<T>(state.head_score(), state.query(), state.keys(), d_scores, to);
  }

 private:
  int64_t key_head(int64_t head) const { return head / (inputs.heads / inputs.key_heads); }

  // out += weight * kept * value: dvalue = weight * kept * dout, dweight = kept * (dout . value)
  std::vector<T> values(const ReferenceRow<T>& state, const Sequence& sequence, int64_t head,
                        int64_t row) const {
    const T* d_out = d_output.at(row, head);
    std::vector<T> d_weights(state.seen().size());
    for (size_t i = 0; i < d_weights.size(); ++i) {
      const int64_t key = sequence.key_begin + state.seen()[i];
      const T* value = inputs.value.at(key, key_head(head));
      T product = 0;
      for (int64_t v = 0; v < inputs.value_width; ++v) product += d_out[v] * value[v];
      d_weights[i] = state.kept()[i] * product;
      if (gradients.value.data == nullptr) continue;
      T* d_value = gradients.value.at(key, key_head(head));
      const T weight = state.weights()[i] * state.kept()[i];
      for (int64_t v = 0; v < inputs.value_width; ++v) d_value[v] += weight * d_out[v];
    }
    return d_weights;
  }

  // score = (e + bias) / temperature. Turns d_scores into the gradients of e.
  void places(const ReferenceRow<T>& state, const Learned<T>& learned, int64_t b, int64_t head, int64_t t,
              std::vector<T>& d_scores) const {
    const int64_t position = inputs.sequences[static_cast<size_t>(b)].query_position + t;
    const int64_t reach = variant.relative_reach;
    const T temperature = state.temperature();
    for (size_t i = 0; i < d_scores.size(); ++i) {
      const int64_t s = state.seen()[i];
      if (learned.log_temperature != nullptr)
        learned.log_temperature[head] -= d_scores[i] * state.scores()[i];
      // A factor m on an exponential is log m on its score.
      if (learned.span != nullptr) learned.span[head] += d_scores[i] * state.span_slope(i);
      d_scores[i] /= temperature;
      if (learned.relative_bias != nullptr) {
        learned.relative_bias[head * (2 * reach + 1) + relative_column(s - position, reach)] += d_scores[i];
      }
      if (gradients.bias) gradients.bias.at(b, head, t, s) += d_scores[i];
    }
  }
};

template <class T>
void clear_unit(const Inputs<T>& inputs, const Gradients<T>& gradients, const Sequence& sequence,
                int64_t key_head) {
  const int64_t shared = inputs.heads / inputs.key_heads;
  for (int64_t head = key_head * shared; head < (key_head + 1) * shared; ++head) {
    clear_rows(gradients.query, sequence.query_begin, sequence.query_count, head, inputs.width);
  }
  clear_rows(gradients.key, sequence.key_begin, sequence.key_count, key_head, inputs.width);
  clear_rows(gradients.value, sequence.key_begin, sequence.key_count, key_head, inputs.value_width);
}

}  // namespace

template <class T>
void reference_forward(const Variant& variant, const Inputs<T>& inputs, Heads<T> output, Saved* saved,
                       Tap* tap, const ParallelFor& parallel) {
  const int64_t rows = query_rows(inputs.sequences);
  if (saved != nullptr) saved->log_sum.assign(static_cast<size_t>(rows * inputs.heads), 0.0F);
  std::vector<int64_t> received_from;
  if (tap != nullptr) {
    clear_tap(*tap, inputs.sequences, inputs.heads);
    received_from = first_keys(inputs.sequences);
  }
  const Forward<T> forward{variant, inputs, output, saved, tap, received_from};
  parallel(static_cast<int64_t>(inputs.sequences.size()) * inputs.heads, [&](int64_t begin, int64_t end) {
    ReferenceRow<T> state(variant, inputs);
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t b = unit / inputs.heads;
      const int64_t queries = inputs.sequences[static_cast<size_t>(b)].query_count;
      for (int64_t t = 0; t < queries; ++t) forward.row(state, b, unit % inputs.heads, t);
    }
  });
}

template <class T>
void reference_backward(const Variant& variant, const Inputs<T>& inputs, Heads<const T> d_output,
                        const Gradients<T>& gradients, const ParallelFor& parallel) {
  const BackwardUnits units(inputs, gradients);
  LearnedParts<T> parts(variant, inputs.heads, inputs.width, gradients, units.sequence_groups());
  clear_bias(inputs.sequences, inputs.heads, gradients.bias);
  const Backward<T> backward{variant, inputs, d_output, gradients};
  const int64_t shared = inputs.heads / inputs.key_heads;
  parallel(units.count(), [&](int64_t begin, int64_t end) {
    ReferenceRow<T> state(variant, inputs);
    for (int64_t unit = begin; unit < end; ++unit) {
      const Learned<T> learned = parts.part(units.sequence_group(unit));
      const IndexRange sequences = units.sequences(unit);
      const IndexRange key_heads = units.key_heads(unit);
      for (int64_t b = sequences.begin; b < sequences.end; ++b) {
        const Sequence& sequence = inputs.sequences[static_cast<size_t>(b)];
        for (int64_t key_head = key_heads.begin; key_head < key_heads.end; ++key_head) {
          clear_unit(inputs, gradients, sequence, key_head);
          for (int64_t head = key_head * shared; head < (key_head + 1) * shared; ++head) {
            for (int64_t t = 0; t < sequence.query_count; ++t) backward.row(state, learned, b, head, t);
          }
        }
      }
    }
  });
  parts.sum();
}

template void reference_forward<float>(const Variant&, const Inputs<float>&, Heads<float>, Saved*, Tap*,
                                       const ParallelFor&);
template void reference_forward<double>(const Variant&, const Inputs<double>&, Heads<double>, Saved*, Tap*,
                                        const ParallelFor&);
template void reference_backward<float>(const Variant&, const Inputs<float>&, Heads<const float>,
                                        const Gradients<float>&, const ParallelFor&);
template void reference_backward<double>(const Variant&, const Inputs<double>&, Heads<const double>,
                                         const Gradients<double>&, const ParallelFor&);

}  // namespace heed::attention
