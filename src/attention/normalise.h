#pragma once

#include <span>

#include "attention/sum_ratio.h"
#include "attention/variant.h"

// The normalisers, one row at a time: scores of the keys that a query sees -> weights. Masks are the
// caller's: hidden keys are not in the row. Formulas and sources: docs/attention.md.
namespace heed::attention {

// weights[i] from scores[i]. `ramp` (empty, or a factor in (0, 1] a key) multiplies the exponentials of
// softmax; other normalisers take none. Returns log(sum) for softmax, 0 for the others. Throws
// invalid_argument where `sum` with guard `error` meets a negative score or a sum near zero.
template <class T>
T normalise(const Variant& variant, std::span<const T> scores, std::span<const T> ramp, std::span<T> weights,
            RowName name = {});

// d_scores from d_weights, given the scores and the weights that normalise() made of them. The support of
// sparsemax and entmax15, the kept keys of `hard` and the branch of the sum's guard count as fixed.
template <class T>
void normalise_backward(const Variant& variant, std::span<const T> scores, std::span<const T> weights,
                        std::span<const T> d_weights, std::span<T> d_scores);

}  // namespace heed::attention
