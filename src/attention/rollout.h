#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "attention/attention.h"

namespace heed::attention {

struct Rollout {
  std::vector<double> shares;  // [n]: of the first layer's input rows
  double unexplained = 0.0;    // sum(start) - sum(shares): what flowed through links that no tap holds
};

// Attention rollout across the layers of one self-attention stack (Abnar and Zuidema, arXiv:2005.00928 eq.
// 1): how much each input row contributes to the rows of the last layer that `start` weighs,
//
//   shares = start A~_L ... A~_1,   A~_l = 0.5 A_l + 0.5 I,
//
// A_l [n, n] being the weights of layer l, the mean over its heads, and I the residual branch. `layers` holds
// the taps of layers 1 ... L for the same call, `sequence` the text among their rows, n queries over its own
// n keys; `start` [n] is one row, or the weights of a pooling: shares >= 0. Layers may keep different numbers
// of links.
//
// Links that a tap left out carry no share on, and neither does a row that saw no key: nothing is scaled up
// for them, `unexplained` tells how much of the start they lost. It is 0, but for rounding, where every tap
// holds all links, and has no such meaning for `sigmoid`, whose weights do not sum to 1. No layers: start.
//
// O(n top H L) time, O(n) memory beside the taps. Throws invalid_argument, naming the shapes, where a tap,
// the sequence or the start do not fit one another.
Rollout rollout(std::span<const Tap> layers, int64_t heads, const Sequence& sequence,
                std::span<const float> start);

}  // namespace heed::attention
