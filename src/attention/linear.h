#pragma once

#include "attention/attention.h"

// The `linear` score under the plain ratio in time linear in the lengths (arXiv:2006.16236 eq. 4-6 and 9-12).
// With phi the feature map of feature_map.h, over the keys s that a query t sees,
//
//   S = sum_s phi(k_s) v_s^T,  z = sum_s phi(k_s),  o_t = (phi(q_t) S) / (phi(q_t) . z),
//
// and S and z grow key after key: no score is ever made. 4 K Kv operations a key and query head forward, 12
// backward; scratch is K x Kv and a few rows a thread, whatever the lengths. Each sum runs over the keys in
// their order, so a query has the same bits alone behind a cache as among others, on one instruction set.
namespace heed::attention {

// What takes this path: score `linear`, normaliser `sum`, causal or not, any head layout, no other mask, no
// bias, no dropout. A temperature cancels in the ratio: it changes nothing, and its gradient is 0. All scores
// are above 0, so that the ratio's guard has nothing to do.
bool linear_covers(const Variant& variant, const Inputs<float>& inputs);

// Same arguments and promises as forward() and backward(), nothing checked. `saved` takes the log of each
// row's sum of scores. A tap needs the scores: it comes from the reference, in time T x S, and the output is
// the same bits with or without it.
void linear_forward(const Variant& variant, const Inputs<float>& inputs, Heads<float> output, Saved* saved,
                    Tap* tap, const ParallelFor& parallel);
void linear_backward(const Variant& variant, const Inputs<float>& inputs, Heads<const float> output,
                     const Saved& saved, Heads<const float> d_output, const Gradients<float>& gradients,
                     const ParallelFor& parallel);

}  // namespace heed::attention
