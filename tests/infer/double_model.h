#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attention/reference.h"
#include "model/attention_variant.h"
#include "model/config.h"
#include "model/model_directory.h"
#include "model/weight_values.h"
#include "text/tokenizer.h"

// The whole model once more, one text at a time, in double precision and plain loops: no packing, no cache,
// no batch. What the engine is checked against.
namespace heed::test {

using Row = std::vector<double>;
using Rows = std::vector<Row>;

class DoubleModel {
 public:
  explicit DoubleModel(const ModelDirectory& model) : c_(model.config) {
    for (const WeightShape& weight : weight_shapes(c_)) {
      const std::vector<float> floats = weight_values(model.weights, weight.name);
      weights_[weight.name] = Row(floats.begin(), floats.end());
    }
    if (c_.ngrams.buckets == 0) return;
    ngram_weights_ = model.weights.at("ngrams.weight").to_floats();
    tokenizer_ = Tokenizer::from_bytes(model.tokenizer(c_.source_tokenizer), "tokenizer");
  }

  // [T + 1, V] after <s> and each of `target`.
  Rows translation_logits(std::vector<int32_t> source, std::vector<int32_t> target) const {
    source.push_back(Tokenizer::kEnd);
    target.insert(target.begin(), Tokenizer::kBegin);
    const Rows encoded = encode(source);
    Rows y = embed(c_.shared_embeddings ? "embedding" : "target_embedding", "target_positions", target);
    const std::string table = c_.shared_embeddings ? "embedding.weight" : "output.weight";
    if (recurrent()) return multiply(decode_recurrently(y, encoded), weights_.at(table), nullptr);
    for (int64_t i = 0; i < c_.decoder_layers; ++i) {
      const std::string layer = "decoder.layers." + std::to_string(i);
      const std::string own = layer + ".self_attention", across = layer + ".cross_attention";
      block(own, y,
            [&](const Rows& x) { return attend(own, x, x, self_attention_variant(c_.attention, true)); });
      block(across, y,
            [&](const Rows& x) { return attend(across, x, encoded, cross_attention_variant(c_.attention)); });
      feed_forward(layer + ".feed_forward", y);
    }
    return multiply(c_.norm == "post" ? y : norm("decoder.norm", y), weights_.at(table), nullptr);
  }

  // What the encoder makes of a text, </s> added.
  Rows encoded(std::vector<int32_t> ids) const {
    const std::vector<std::string> pieces = tokenizer_ ? tokenizer_->pieces(ids) : std::vector<std::string>();
    ids.push_back(Tokenizer::kEnd);
    return encode(ids, pieces);
  }

  // Logits of every head.
  Rows head_logits(std::vector<int32_t> ids) const {
    const std::vector<std::string> pieces = tokenizer_ ? tokenizer_->pieces(ids) : std::vector<std::string>();
    ids.push_back(Tokenizer::kEnd);
    const Rows encoded = encode(ids, pieces);
    Rows logits;
    for (const HeadConfig& head : c_.classification_heads) {
      const std::string scope = "heads." + head.name;
      const Rows keys = linear(scope + ".pool.key", encoded);
      const Rows pooled = {pool(weights_.at(scope + ".pool.query"), keys, encoded)};
      logits.push_back(linear(scope + ".output", pooled)[0]);
      if (c_.ngrams.buckets > 0 && c_.ngrams.linear) {
        add_ngrams(logits.back(), text_ngrams(pieces, c_.ngrams, ngram_weights_), 0, scope + ".ngrams.weight",
                   1.0);
        for (size_t c = 0; c < logits.back().size(); ++c)
          logits.back()[c] += weights_.at(scope + ".ngrams.bias")[c];
      }
    }
    return logits;
  }

 private:
  Rows encode(const std::vector<int32_t>& ids, const std::vector<std::string>& pieces = {}) const {
    Rows x = embed("embedding", "positions", ids);
    if (c_.ngrams.buckets > 0 && c_.ngrams.embedding) {
      const NgramRows found = token_ngrams(pieces, c_.ngrams, ngram_weights_);
      for (int64_t t = 0; t < found.rows(); ++t)
        add_ngrams(x[t], found, t, "ngrams.embedding", std::sqrt(static_cast<double>(c_.dim)));
    }
    if (recurrent()) return encode_recurrently(x);
    for (int64_t i = 0; i < c_.encoder_layers; ++i) {
      const std::string layer = "encoder.layers." + std::to_string(i);
      const std::string own = layer + ".self_attention";
      block(own, x, [&](const Rows& rows) {
        return attend(own, rows, rows, self_attention_variant(c_.attention, false));
      });
      feed_forward(layer + ".feed_forward", x);
    }
    return c_.norm == "post" ? x : norm("encoder.norm", x);
  }

  // x += scale * the table's rows of row t's n-grams, each times its value.
  void add_ngrams(Row& x, const NgramRows& ngrams, int64_t t, const std::string& table, double scale) const {
    for (int64_t i = ngrams.begins[t]; i < ngrams.begins[t + 1]; ++i) {
      for (size_t c = 0; c < x.size(); ++c)
        x[c] += scale * ngrams.values[i] * weights_.at(table)[ngrams.buckets[i] * x.size() + c];
    }
  }

  bool recurrent() const { return c_.architecture == Architecture::recurrent_seq2seq; }

  Rows encode_recurrently(Rows x) const {
    for (int64_t i = 0; i < c_.encoder_layers; ++i) {
      const std::string layer = "encoder.layers." + std::to_string(i);
      Rows y = lstm(layer + ".forward", x, Row(c_.dim), Row(c_.dim));
      if (c_.bidirectional) {
        Rows back = lstm(layer + ".backward", Rows(x.rbegin(), x.rend()), Row(c_.dim), Row(c_.dim));
        y = linear(layer + ".output", beside(y, Rows(back.rbegin(), back.rend())));
      }
      x = y;
    }
    return x;
  }

  Rows decode_recurrently(Rows y, const Rows& encoded) const {
    Row mean(c_.dim);
    for (const Row& row : encoded) {
      for (int64_t i = 0; i < c_.dim; ++i) mean[i] += row[i] / static_cast<double>(encoded.size());
    }
    for (int64_t i = 0; i < c_.decoder_layers; ++i) {
      const std::string layer = "decoder.layers." + std::to_string(i);
      const Row cell = linear(layer + ".start", {mean})[0];
      Row hidden;
      for (const double v : cell) hidden.push_back(std::tanh(v));
      y = lstm(layer, y, hidden, cell);
    }
    const Rows context =
        mechanism("decoder.cross_attention", y, encoded, cross_attention_variant(c_.attention));
    Rows output = linear("decoder.combine", beside(context, y));
    for (Row& row : output) {
      for (double& v : row) v = std::tanh(v);
    }
    return output;
  }

  Rows lstm(const std::string& scope, const Rows& x, Row hidden, Row cell) const {
    const auto sigmoid = [](double v) { return 1.0 / (1.0 + std::exp(-v)); };
    Rows y;
    for (const Row& row : x) {
      const Row told = linear(scope + ".input", {row})[0];
      const Row kept = multiply({hidden}, weights_.at(scope + ".recurrent.weight"), nullptr)[0];
      const auto gate = [&](int64_t part, int64_t i) {
        return told[part * c_.dim + i] + kept[part * c_.dim + i];
      };
      for (int64_t i = 0; i < c_.dim; ++i) {
        cell[i] = sigmoid(gate(1, i)) * cell[i] + sigmoid(gate(0, i)) * std::tanh(gate(2, i));
        hidden[i] = sigmoid(gate(3, i)) * std::tanh(cell[i]);
      }
      y.push_back(hidden);
    }
    return y;
  }

  static Rows beside(Rows left, const Rows& right) {
    for (size_t r = 0; r < left.size(); ++r) left[r].insert(left[r].end(), right[r].begin(), right[r].end());
    return left;
  }

  // Where a number of the row at position t stands: its angle is t / 10000^(2i / width).
  static double angle(size_t t, int64_t i, int64_t width) {
    return static_cast<double>(t) / std::pow(10000.0, 2.0 * static_cast<double>(i) / width);
  }

  double place(const std::string& positions, size_t t, int64_t i) const {
    if (c_.positions == "learned") return weights_.at(positions + ".weight")[t * c_.dim + i];
    if (c_.positions != "sinusoidal") return 0.0;
    return i % 2 == 0 ? std::sin(angle(t, i / 2, c_.dim)) : std::cos(angle(t, i / 2, c_.dim));
  }

  Rows embed(const std::string& scope, const std::string& positions, const std::vector<int32_t>& ids) const {
    const Row& table = weights_.at(scope + ".weight");
    Rows rows;
    for (size_t t = 0; t < ids.size(); ++t) {
      Row row;
      for (int64_t i = 0; i < c_.dim; ++i) {
        row.push_back(table[ids[t] * c_.dim + i] * std::sqrt(static_cast<double>(c_.dim)) +
                      place(positions, t, i));
      }
      rows.push_back(row);
    }
    return rows;
  }

  Rows norm(const std::string& scope, const Rows& x) const {
    Rows y = x;
    for (Row& row : y) {
      double mean = 0.0, variance = 0.0;
      for (const double v : row) mean += v / c_.dim;
      for (const double v : row) variance += (v - mean) * (v - mean) / c_.dim;
      for (int64_t i = 0; i < c_.dim; ++i) {
        row[i] = (row[i] - mean) / std::sqrt(variance + 1e-5) * weights_.at(scope + ".weight")[i] +
                 weights_.at(scope + ".bias")[i];
      }
    }
    return y;
  }

  static Rows multiply(const Rows& x, const Row& weight, const Row* bias) {
    Rows y;
    for (const Row& row : x) {
      Row out(weight.size() / row.size());
      for (size_t o = 0; o < out.size(); ++o) {
        out[o] = bias == nullptr ? 0.0 : (*bias)[o];
        for (size_t i = 0; i < row.size(); ++i) out[o] += weight[o * row.size() + i] * row[i];
      }
      y.push_back(out);
    }
    return y;
  }

  Rows linear(const std::string& scope, const Rows& x) const {
    return multiply(x, weights_.at(scope + ".weight"), &weights_.at(scope + ".bias"));
  }

  // x joined with `compute` of it, the norm before or after.
  template <class Compute>
  void block(const std::string& scope, Rows& x, Compute compute) const {
    const bool post = c_.norm == "post";
    add(x, compute(post ? x : norm(scope + ".norm", x)));
    if (post) x = norm(scope + ".norm", x);
  }

  double activation(double v) const {
    if (c_.activation == "relu") return std::max(v, 0.0);
    if (c_.activation == "swiglu") return v / (1.0 + std::exp(-v));
    return 0.5 * v * (1.0 + std::erf(v / std::sqrt(2.0)));
  }

  void feed_forward(const std::string& scope, Rows& x) const {
    block(scope, x, [&](const Rows& rows) {
      Rows inner = linear(scope + ".up", rows);
      for (Row& row : inner) {
        for (int64_t i = 0; i < c_.ffn_dim; ++i) row[i] = activation(row[i]);
        if (c_.gated()) {
          for (int64_t i = 0; i < c_.ffn_dim; ++i) row[i] *= row[c_.ffn_dim + i];
        }
        row.resize(c_.ffn_dim);
      }
      return linear(scope + ".down", inner);
    });
  }

  // Every head of rows in order of position, turned by it.
  Rows turn(Rows rows) const {
    const int64_t width = c_.head_width(), half = width / 2;
    for (size_t t = 0; t < rows.size(); ++t) {
      for (size_t head = 0; head < rows[t].size(); head += width) {
        for (int64_t i = 0; i < half; ++i) {
          double &low = rows[t][head + i], &high = rows[t][head + half + i];
          const double c = std::cos(angle(t, i, width)), s = std::sin(angle(t, i, width));
          const double turned = low * c - high * s;
          high = low * s + high * c;
          low = turned;
        }
      }
    }
    return rows;
  }

  Rows attend(const std::string& scope, const Rows& x, const Rows& y,
              const attention::Variant& variant) const {
    return linear(scope + ".output", mechanism(scope, x, y, variant));
  }

  Rows mechanism(const std::string& scope, const Rows& x, const Rows& y,
                 const attention::Variant& variant) const {
    const bool rotary = c_.positions == "rotary" && scope.ends_with(".self_attention");
    const Rows queries = linear(scope + ".query", x), keys = linear(scope + ".key", y);
    const Row query = flat(rotary ? turn(queries) : queries), key = flat(rotary ? turn(keys) : keys);
    const Row value = flat(c_.attention.values == "keys" ? keys : linear(scope + ".value", y));
    const int64_t width = c_.head_width();
    const attention::Sequence all = {.query_count = static_cast<int64_t>(x.size()),
                                     .key_count = static_cast<int64_t>(y.size())};
    Row out(query.size());
    const attention::Inputs<double> inputs = {.sequences = {&all, 1},
                                              .heads = c_.heads,
                                              .key_heads = c_.key_heads,
                                              .width = width,
                                              .value_width = width,
                                              .query = {query.data(), c_.heads * width, width},
                                              .key = {key.data(), c_.key_heads * width, width},
                                              .value = {value.data(), c_.key_heads * width, width},
                                              .score_vector = find(scope + ".score_vector"),
                                              .score_matrix = find(scope + ".score_matrix"),
                                              .log_temperature = find(scope + ".log_temperature"),
                                              .span = find(scope + ".span"),
                                              .relative_bias = find(scope + ".relative_bias"),
                                              .mask = {},
                                              .bias = {}};
    attention::reference_forward<double>(variant, inputs, {out.data(), c_.heads * width, width});
    return split(out, c_.heads * width);
  }

  Row pool(const Row& query, const Rows& keys, const Rows& values) const {
    const int64_t width = c_.head_width();
    Row pooled(c_.dim);
    for (int64_t h = 0; h < c_.pool_heads(); ++h) {
      Row weights;
      double sum = 0.0;
      for (const Row& key : keys) {
        double score = 0.0;
        for (int64_t i = 0; i < width; ++i) score += query[h * width + i] * key[h * width + i];
        weights.push_back(std::exp(score / std::sqrt(static_cast<double>(width))));
        sum += weights.back();
      }
      for (size_t s = 0; s < keys.size(); ++s) {
        for (int64_t i = 0; i < width; ++i)
          pooled[h * width + i] += weights[s] / sum * values[s][h * width + i];
      }
    }
    return pooled;
  }

  const double* find(const std::string& name) const {
    const auto found = weights_.find(name);
    return found == weights_.end() ? nullptr : found->second.data();
  }

  static Row flat(const Rows& rows) {
    Row all;
    for (const Row& row : rows) all.insert(all.end(), row.begin(), row.end());
    return all;
  }
  static Rows split(const Row& all, int64_t width) {
    Rows rows;
    for (auto at = all.begin(); at != all.end(); at += width) rows.emplace_back(at, at + width);
    return rows;
  }
  static void add(Rows& x, const Rows& y) {
    for (size_t r = 0; r < x.size(); ++r) {
      for (size_t i = 0; i < x[r].size(); ++i) x[r][i] += y[r][i];
    }
  }

  ModelConfig c_;
  std::map<std::string, Row> weights_;
  std::vector<float> ngram_weights_;
  std::optional<Tokenizer> tokenizer_;
};

}  // namespace heed::test
