#include "attention/score.h"

#include <cmath>

#include "attention/feature_map.h"

namespace heed::attention {
namespace {

template <class T>
T dot(const T* a, const T* b, int64_t width) {
  T sum = 0;
  for (int64_t i = 0; i < width; ++i) sum += a[i] * b[i];
  return sum;
}

// to += factor * from; `to` may be null.
template <class T>
void add_scaled(T* to, T factor, const T* from, int64_t width) {
  if (to == nullptr) return;
  for (int64_t i = 0; i < width; ++i) to[i] += factor * from[i];
}

template <class T>
T scale_of(Score score, int64_t width) {
  return score == Score::scaled_dot ? 1 / std::sqrt(static_cast<T>(width)) : T(1);
}

// A vector shorter than this has no direction: its cosine with anything is 0, and so is the gradient.
constexpr double kShortest = 1e-12;

template <class T>
T norm(const T* a, int64_t width) {
  return std::sqrt(dot(a, a, width));
}

template <class T>
T cosine(const T* query, const T* key, int64_t width) {
  const T q = norm(query, width);
  const T k = norm(key, width);
  if (q < T(kShortest) || k < T(kShortest)) return 0;
  return dot(query, key, width) / q / k;
}

// e = q.k / |q||k|: de/dq = k / |q||k| - e q / |q|^2, and the same with q and k swapped.
template <class T>
void cosine_backward(const T* query, const T* key, int64_t width, T d_score, T* d_query, T* d_key) {
  const T q = norm(query, width);
  const T k = norm(key, width);
  if (q < T(kShortest) || k < T(kShortest)) return;
  const T e = dot(query, key, width) / q / k;
  add_scaled(d_query, d_score / q / k, key, width);
  add_scaled(d_query, -d_score * e / q / q, query, width);
  add_scaled(d_key, d_score / q / k, query, width);
  add_scaled(d_key, -d_score * e / k / k, key, width);
}

template <class T>
T additive(const T* vector, const T* query, const T* key, int64_t width) {
  T sum = 0;
  for (int64_t i = 0; i < width; ++i) sum += vector[i] * std::tanh(query[i] + key[i]);
  return sum;
}

template <class T>
void additive_backward(const HeadScore<T>& head, const T* query, const T* key, T d_score, T* d_query,
                       T* d_key, T* d_vector) {
  for (int64_t i = 0; i < head.width; ++i) {
    const T y = std::tanh(query[i] + key[i]);
    const T d_sum = d_score * head.vector[i] * (1 - y * y);
    if (d_query != nullptr) d_query[i] += d_sum;
    if (d_key != nullptr) d_key[i] += d_sum;
    if (d_vector != nullptr) d_vector[i] += d_score * y;
  }
}

// M^T q, which the dot product with every key then shares.
template <class T>
std::vector<T> project(const T* matrix, const T* query, int64_t width) {
  std::vector<T> projected(static_cast<size_t>(width), T(0));
  for (int64_t i = 0; i < width; ++i) add_scaled(projected.data(), query[i], matrix + i * width, width);
  return projected;
}

// e_s = (M^T q).k_s: dk_s = g_s M^T q; with r = sum_s g_s k_s: dq = M r, dM = q r^T.
template <class T>
void bilinear_backward(const HeadScore<T>& head, const T* query, std::span<const T* const> keys,
                       std::span<const T> d_scores, const ScoreGradients<T>& gradients) {
  const int64_t width = head.width;
  const std::vector<T> projected = project(head.matrix, query, width);
  std::vector<T> keys_sum(static_cast<size_t>(width), T(0));
  for (size_t s = 0; s < keys.size(); ++s) {
    add_scaled(keys_sum.data(), d_scores[s], keys[s], width);
    if (!gradients.keys.empty()) add_scaled(gradients.keys[s], d_scores[s], projected.data(), width);
  }
  for (int64_t i = 0; i < width; ++i) {
    if (gradients.query != nullptr)
      gradients.query[i] += dot(head.matrix + i * width, keys_sum.data(), width);
    if (gradients.matrix != nullptr)
      add_scaled(gradients.matrix + i * width, query[i], keys_sum.data(), width);
  }
}

template <class T>
std::vector<T> features(const T* x, int64_t width) {
  std::vector<T> features(static_cast<size_t>(width));
  for (int64_t i = 0; i < width; ++i) features[static_cast<size_t>(i)] = feature(x[i]);
  return features;
}

template <class T>
T linear(const T* query_features, const T* key, int64_t width) {
  T sum = 0;
  for (int64_t i = 0; i < width; ++i) sum += query_features[i] * feature(key[i]);
  return sum;
}

// e = phi(q).phi(k): de/dq = phi'(q) phi(k), and the same with q and k swapped.
template <class T>
void linear_backward(const T* query_features, const T* key, int64_t width, T d_score, T* d_query, T* d_key) {
  for (int64_t i = 0; i < width; ++i) {
    const T q = query_features[i];
    const T k = feature(key[i]);
    if (d_query != nullptr) d_query[i] += d_score * feature_slope(q) * k;
    if (d_key != nullptr) d_key[i] += d_score * feature_slope(k) * q;
  }
}

}  // namespace

template <class T>
void score_keys(const HeadScore<T>& head, const T* query, std::span<const T* const> keys,
                std::span<T> scores) {
  const T scale = scale_of<T>(head.score, head.width);
  std::vector<T> projected;
  if (head.score == Score::bilinear) projected = project(head.matrix, query, head.width);
  if (head.score == Score::linear) projected = features(query, head.width);
  for (size_t s = 0; s < keys.size(); ++s) {
    switch (head.score) {
      case Score::dot:
      case Score::scaled_dot:
        scores[s] = scale * dot(query, keys[s], head.width);
        break;
      case Score::cosine:
        scores[s] = cosine(query, keys[s], head.width);
        break;
      case Score::additive:
        scores[s] = additive(head.vector, query, keys[s], head.width);
        break;
      case Score::bilinear:
        scores[s] = dot<T>(projected.data(), keys[s], head.width);
        break;
      case Score::linear:
        scores[s] = linear<T>(projected.data(), keys[s], head.width);
        break;
    }
  }
}

template <class T>
void score_keys_backward(const HeadScore<T>& head, const T* query, std::span<const T* const> keys,
                         std::span<const T> d_scores, const ScoreGradients<T>& gradients) {
  if (head.score == Score::bilinear) return bilinear_backward(head, query, keys, d_scores, gradients);
  const T scale = scale_of<T>(head.score, head.width);
  std::vector<T> query_features;
  if (head.score == Score::linear) query_features = features(query, head.width);
  for (size_t s = 0; s < keys.size(); ++s) {
    T* d_key = gradients.keys.empty() ? nullptr : gradients.keys[s];
    if (head.score == Score::cosine) {
      cosine_backward(query, keys[s], head.width, d_scores[s], gradients.query, d_key);
    } else if (head.score == Score::additive) {
      additive_backward(head, query, keys[s], d_scores[s], gradients.query, d_key, gradients.vector);
    } else if (head.score == Score::linear) {
      linear_backward<T>(query_features.data(), keys[s], head.width, d_scores[s], gradients.query, d_key);
    } else {
      add_scaled(gradients.query, scale * d_scores[s], keys[s], head.width);
      add_scaled(d_key, scale * d_scores[s], query, head.width);
    }
  }
}

template void score_keys<float>(const HeadScore<float>&, const float*, std::span<const float* const>,
                                std::span<float>);
template void score_keys<double>(const HeadScore<double>&, const double*, std::span<const double* const>,
                                 std::span<double>);
template void score_keys_backward<float>(const HeadScore<float>&, const float*, std::span<const float* const>,
                                         std::span<const float>, const ScoreGradients<float>&);
template void score_keys_backward<double>(const HeadScore<double>&, const double*,
                                          std::span<const double* const>, std::span<const double>,
                                          const ScoreGradients<double>&);

}  // namespace heed::attention
