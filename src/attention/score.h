#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "attention/variant.h"

// The scores, one query against its keys, in plain loops: what the reference is made of.
namespace heed::attention {

// A score as one head computes it: its learned parts are that head's own.
template <class T>
struct HeadScore {
  Score score = Score::scaled_dot;
  int64_t width = 0;
  const T* vector = nullptr;  // [K], additive
  const T* matrix = nullptr;  // [K, K], bilinear
};

// scores[i] = e(query, keys[i]); keys are pointers to rows of K.
template <class T>
void score_keys(const HeadScore<T>& head, const T* query, std::span<const T* const> keys,
                std::span<T> scores);

// Where gradients are added; any may be null (d_keys: empty).
template <class T>
struct ScoreGradients {
  T* query = nullptr;
  std::span<T* const> keys;
  T* vector = nullptr;
  T* matrix = nullptr;
};

// Adds what d_scores[i] = dLoss/dscores[i] gives to the gradients.
template <class T>
void score_keys_backward(const HeadScore<T>& head, const T* query, std::span<const T* const> keys,
                         std::span<const T> d_scores, const ScoreGradients<T>& gradients);

}  // namespace heed::attention
