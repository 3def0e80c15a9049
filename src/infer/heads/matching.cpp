#include "infer/heads/matching.h"

#include <algorithm>
#include <cmath>

#include "text/pair_ngrams.h"

namespace heed::infer {
namespace {

constexpr double kLeastLength = 1e-6;  // as in training

// Row `row` of several.
NgramRows row_of(const NgramRows& rows, int64_t row) {
  const auto begin = rows.begins[static_cast<size_t>(row)], end = rows.begins[static_cast<size_t>(row) + 1];
  return {.buckets = {rows.buckets.begin() + begin, rows.buckets.begin() + end},
          .values = {rows.values.begin() + begin, rows.values.begin() + end},
          .begins = {0, end - begin}};
}

}  // namespace

MatchingHead::MatchingHead(const Weights& scope, const ModelConfig& config)
    : config_(*config.matching),
      buckets_(config.ngrams.buckets),
      heads_(config.pool_heads()),
      head_width_(config.head_width()),
      tower_(scope, config),
      align_query_(scope / "align" / "query"),
      align_key_(scope / "align" / "key"),
      compare_(scope / "compare"),
      pool_(scope / "pair" / "pool", config),
      hidden_(scope / "pair" / "hidden"),
      output_(scope / "pair" / "output"),
      ngrams_((scope / "pair" / "ngrams").find("weight")) {}

Matrix MatchingHead::vectors(const Matrix& encoded, const PackedTexts& texts, attention::Tap* tap) const {
  Matrix vectors = tower_(encoded, texts, tap);
  for (int64_t b = 0; b < vectors.rows; ++b) {
    float* const row = vectors.row(b);
    double square = 0.0;
    for (int64_t e = 0; e < vectors.cols; ++e) square += static_cast<double>(row[e]) * row[e];
    const auto scale = static_cast<float>(1.0 / std::max(std::sqrt(square), kLeastLength));
    for (int64_t e = 0; e < vectors.cols; ++e) row[e] *= scale;
  }
  return vectors;
}

// What each row of a text attends to among its pair's other.
Matrix MatchingHead::aligned(const Matrix& x, const PackedTexts& pairs) const {
  std::vector<attention::Sequence> across = pairs.sequences;
  for (size_t text = 0; text < across.size(); ++text) {
    const attention::Sequence& other = pairs.sequences[text ^ 1U];
    across[text].key_begin = other.key_begin;
    across[text].key_count = other.key_count;
  }
  const Matrix queries = align_query_(x), keys = align_key_(x);
  Matrix found(x.rows, x.cols);
  const attention::Inputs<float> inputs = {.sequences = across,
                                           .heads = heads_,
                                           .key_heads = heads_,
                                           .width = head_width_,
                                           .value_width = head_width_,
                                           .query = {queries.values.data(), queries.cols, head_width_},
                                           .key = {keys.values.data(), keys.cols, head_width_},
                                           .value = {x.values.data(), x.cols, head_width_},
                                           .mask = {},
                                           .bias = {}};
  attention::forward({}, inputs, {found.values.data(), found.cols, head_width_}, nullptr, nullptr);
  return found;
}

float MatchingHead::ngram_vote(const NgramRows& texts, int64_t first) const {
  if (ngrams_.empty()) return 0.0F;
  const NgramRows ngrams = pair_ngrams(row_of(texts, first), row_of(texts, first + 1), buckets_);
  float vote = 0.0F;
  for (size_t i = 0; i < ngrams.buckets.size(); ++i)
    vote += ngrams.values[i] * ngrams_[static_cast<size_t>(ngrams.buckets[i])];
  return vote;
}

std::vector<float> MatchingHead::pair_logits(const Matrix& encoded, const PackedTexts& texts,
                                             const Matrix& vectors) const {
  const Matrix attended = aligned(encoded, texts);
  const int64_t dim = encoded.cols, width = vectors.cols;
  Matrix features(encoded.rows, 4 * dim);
  for (int64_t r = 0; r < encoded.rows; ++r) {
    const float *x = encoded.row(r), *a = attended.row(r);
    float* const to = features.row(r);
    for (int64_t d = 0; d < dim; ++d) {
      to[d] = x[d];
      to[dim + d] = a[d];
      to[2 * dim + d] = x[d] - a[d];
      to[3 * dim + d] = x[d] * a[d];
    }
  }
  const Matrix pooled = pool_(compare_(features, {.relu = true}), texts.sequences);
  const int64_t pairs = pooled.rows / 2;
  const auto root = static_cast<float>(std::sqrt(static_cast<double>(width)));
  Matrix inputs(pairs, 2 * dim + 2 * width);
  for (int64_t p = 0; p < pairs; ++p) {
    const float *first = pooled.row(2 * p), *second = pooled.row(2 * p + 1);
    const float *u = vectors.row(2 * p), *v = vectors.row(2 * p + 1);
    float* const to = inputs.row(p);
    for (int64_t d = 0; d < dim; ++d) {
      to[d] = first[d] + second[d];
      to[dim + d] = std::abs(first[d] - second[d]);
    }
    for (int64_t e = 0; e < width; ++e) {
      to[2 * dim + e] = root * std::abs(u[e] - v[e]);
      to[2 * dim + width + e] = static_cast<float>(width) * u[e] * v[e];
    }
  }
  const Matrix outputs = output_(hidden_(inputs, {.relu = true}));
  std::vector<float> logits;
  for (int64_t p = 0; p < pairs; ++p)
    logits.push_back(outputs.row(p)[0] + ngram_vote(texts.text_ngrams, 2 * p));
  return logits;
}

double MatchingHead::probability(float logit) const {
  return 1.0 / (1.0 + std::exp(-static_cast<double>(logit) / config_.temperature));
}

}  // namespace heed::infer
