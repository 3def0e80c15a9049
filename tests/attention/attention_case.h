#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "attention/attention.h"
#include "attention/place.h"
#include "base/random.h"

// Random inputs of any shape, with rows of NaN between the sequences, for the tests of this folder.
namespace heed::attention {

struct CaseOptions {
  Variant variant;
  std::vector<int64_t> queries = {3, 2};  // a sequence each
  std::vector<int64_t> keys = {4, 3};
  int64_t query_position = 0;
  int64_t heads = 2;
  int64_t key_heads = 2;
  int64_t width = 3;
  int64_t value_width = 3;
  int64_t padding = 0;       // elements between rows, and before the first: strides and misalignment
  double size = 1.0;         // standard deviation of queries and keys
  bool positive = false;     // queries and keys above zero
  bool mask = false;         // random, with some rows fully hidden
  bool bias = false;         // a value for every sequence, head, query and key
  bool shared_bias = false;  // one for all sequences and heads
  bool temperature = false;
  bool span = false;
  double dropout = 0.0;
  uint64_t seed = 1;
};

template <class T>
struct AttentionCase {
  CaseOptions options;
  std::vector<Sequence> sequences;
  int64_t query_rows = 0, key_rows = 0, longest_query = 0, longest_key = 0;
  std::vector<T> query, key, value, score_vector, score_matrix, log_temperature, span, relative_bias, bias,
      d_output;
  std::vector<uint8_t> mask;

  explicit AttentionCase(const CaseOptions& o) : options(o) {
    lay_out();
    Random random(o.seed);
    query = rows(random, query_rows, o.heads, o.width, true, o.positive ? -o.size : o.size);
    key = rows(random, key_rows, o.key_heads, o.width, false, o.positive ? -o.size : o.size);
    value = rows(random, key_rows, o.key_heads, o.value_width, false, 1.0);
    d_output = rows(random, query_rows, o.heads, o.value_width, true, 1.0);
    if (o.variant.score == Score::additive) score_vector = normals(random, o.heads * o.width, 1.0);
    if (o.variant.score == Score::bilinear) score_matrix = normals(random, o.heads * o.width * o.width, 0.5);
    if (o.temperature) log_temperature = normals(random, o.heads, 0.3);
    if (o.variant.relative_reach > 0) {
      relative_bias = normals(random, o.heads * (2 * o.variant.relative_reach + 1), 1.0);
    }
    if (o.span) {
      for (int64_t h = 0; h < o.heads; ++h)
        span.push_back(static_cast<T>(0.4 + 1.3 * static_cast<double>(h)));
    }
    const int64_t plane = longest_query * longest_key;
    if (o.bias) bias = normals(random, static_cast<int64_t>(sequences.size()) * o.heads * plane, 1.0);
    if (o.shared_bias) bias = normals(random, plane, 1.0);
    if (o.mask) fill_mask(random);
  }

  Inputs<T> inputs() const {
    Inputs<T> in;
    in.sequences = sequences;
    in.heads = options.heads;
    in.key_heads = options.key_heads;
    in.width = options.width;
    in.value_width = options.value_width;
    in.query = view(query, options.heads, options.width);
    in.key = view(key, options.key_heads, options.width);
    in.value = view(value, options.key_heads, options.value_width);
    in.score_vector = pointer(score_vector);
    in.score_matrix = pointer(score_matrix);
    in.log_temperature = pointer(log_temperature);
    in.span = pointer(span);
    in.relative_bias = pointer(relative_bias);
    if (options.mask) in.mask = grid(mask.data());
    if (!bias.empty()) in.bias = grid(bias.data());
    in.dropout = options.dropout;
    in.dropout_seed = 77;
    return in;
  }

  Heads<const T> d_output_view() const { return view(d_output, options.heads, options.value_width); }
  Heads<T> output_view(std::vector<T>& output) const {
    output.assign(d_output.size(), std::numeric_limits<T>::quiet_NaN());
    return {output.data() + options.padding, stride(options.heads, options.value_width), options.value_width};
  }

  template <class U>
  Grid<U> grid(U* data) const {
    const int64_t plane = longest_query * longest_key;
    if (options.shared_bias && !std::is_same_v<std::remove_const_t<U>, uint8_t>)
      return {data, 0, 0, longest_key, 1};
    return {data, options.heads * plane, plane, longest_key, 1};
  }
  Heads<const T> view(const std::vector<T>& data, int64_t heads, int64_t width) const {
    return {data.data() + options.padding, stride(heads, width), width};
  }
  int64_t stride(int64_t heads, int64_t width) const { return heads * width + options.padding; }

 private:
  static const T* pointer(const std::vector<T>& values) { return values.empty() ? nullptr : values.data(); }

  // One row of no sequence before, between and after.
  void lay_out() {
    query_rows = key_rows = 1;
    for (size_t b = 0; b < options.queries.size(); ++b) {
      sequences.push_back(
          {query_rows, options.queries[b], key_rows, options.keys[b], options.query_position});
      query_rows += options.queries[b] + 1;
      key_rows += options.keys[b] + 1;
      longest_query = std::max(longest_query, options.queries[b]);
      longest_key = std::max(longest_key, options.keys[b]);
    }
  }

  std::vector<T> normals(Random& random, int64_t count, double size) {
    std::vector<T> values(static_cast<size_t>(count));
    for (T& value : values) value = static_cast<T>(size * random.normal());
    return values;
  }

  // NaN but in the rows of sequences; a negative size asks for values above zero.
  std::vector<T> rows(Random& random, int64_t count, int64_t heads, int64_t width, bool queries,
                      double size) {
    const int64_t stride = this->stride(heads, width);
    std::vector<T> values(static_cast<size_t>(options.padding + count * stride),
                          std::numeric_limits<T>::quiet_NaN());
    for (const Sequence& s : sequences) {
      const int64_t begin = queries ? s.query_begin : s.key_begin;
      for (int64_t row = begin; row < begin + (queries ? s.query_count : s.key_count); ++row) {
        for (int64_t i = 0; i < heads * width; ++i) {
          const double drawn = size * random.normal();
          values[static_cast<size_t>(options.padding + row * stride + i)] =
              static_cast<T>(size < 0 ? 0.1 + std::abs(drawn) : drawn);
        }
      }
    }
    return values;
  }

  void fill_mask(Random& random) {
    const int64_t plane = longest_query * longest_key;
    mask.resize(static_cast<size_t>(static_cast<int64_t>(sequences.size()) * options.heads * plane));
    for (uint8_t& seen : mask) seen = random.uniform() < 0.7 ? 1 : 0;
    for (int64_t s = 0; s < longest_key; ++s) mask[static_cast<size_t>(s)] = 0;
  }
};

// Storage for every gradient of a case.
template <class T>
struct CaseGradients {
  std::vector<T> query, key, value, score_vector, score_matrix, log_temperature, span, relative_bias, bias;

  // Asks for all that the case has. The buffers start as NaN: what is not overwritten shows.
  Gradients<T> of(const AttentionCase<T>& c) {
    const auto like = [](std::vector<T>& mine, const std::vector<T>& theirs) {
      mine.assign(theirs.size(), std::numeric_limits<T>::quiet_NaN());
      return mine.empty() ? nullptr : mine.data();
    };
    const CaseOptions& o = c.options;
    Gradients<T> g;
    g.query = {like(query, c.query) + o.padding, c.stride(o.heads, o.width), o.width};
    g.key = {like(key, c.key) + o.padding, c.stride(o.key_heads, o.width), o.width};
    g.value = {like(value, c.value) + o.padding, c.stride(o.key_heads, o.value_width), o.value_width};
    g.score_vector = like(score_vector, c.score_vector);
    g.score_matrix = like(score_matrix, c.score_matrix);
    g.log_temperature = like(log_temperature, c.log_temperature);
    g.span = like(span, c.span);
    g.relative_bias = like(relative_bias, c.relative_bias);
    if (T* data = like(bias, c.bias)) g.bias = c.grid(data);
    return g;
  }
};

}  // namespace heed::attention
