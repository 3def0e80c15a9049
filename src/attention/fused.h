#pragma once

#include "attention/attention.h"

// The fused kernels: dot and scaled_dot scores under softmax, with every mask, bias and head layout, tile by
// tile with an online softmax (arXiv:2205.14135), for the best instruction set of the machine that runs them.
// Scratch is a few tiles a thread, whatever the lengths. T is float or BFloat16; sums are floats. Same
// arguments and promises as forward() and backward(), nothing checked.
namespace heed::attention {

bool fused_covers(const Variant& variant);

template <class T>
void fused_forward(const Variant& variant, const Inputs<T>& inputs, Heads<float> output, Saved* saved,
                   Tap* tap, const ParallelFor& parallel);

template <class T>
void fused_backward(const Variant& variant, const Inputs<T>& inputs, Heads<const float> output,
                    const Saved& saved, Heads<const float> d_output, const Gradients<float>& gradients,
                    const ParallelFor& parallel);

}  // namespace heed::attention
