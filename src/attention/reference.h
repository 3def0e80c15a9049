#pragma once

#include "attention/attention.h"

// Every variant, a row at a time in plain loops: what the fused kernels are checked against, and what runs
// where they do not reach. T is float or double. Same arguments and promises as forward() and backward(), but
// nothing is checked here.
namespace heed::attention {

template <class T>
void reference_forward(const Variant& variant, const Inputs<T>& inputs, Heads<T> output,
                       Saved* saved = nullptr, Tap* tap = nullptr,
                       const ParallelFor& parallel = run_serially);

// Computes the weights again: needs neither the forward's output nor what it saved.
template <class T>
void reference_backward(const Variant& variant, const Inputs<T>& inputs, Heads<const T> d_output,
                        const Gradients<T>& gradients, const ParallelFor& parallel = run_serially);

}  // namespace heed::attention
