#pragma once

#include <vector>

#include "figure.h"

// The rows of the attention kernels, one function a row: each checks its results against the
// reference, then times them in turn with what they are held against. H 8, K 64, fp32, one thread where not
// said otherwise.
namespace heed::bench {

// Beside oneDNN's matrix product: attention_products.cpp.
std::vector<Figure> attention_forward();
std::vector<Figure> attention_backward();

// Beside our own forward pass without that: attention_ours.cpp.
std::vector<Figure> attention_causal();
std::vector<Figure> attention_bf16();
std::vector<Figure> attention_tap();

// One query against each of 64 caches, beside a plain read of the same rows; and against a pool of such rows
// in another order, beside the caches.
std::vector<Figure> attention_decode();

// What a call takes beside its arguments and results: heap and stack.
std::vector<Figure> attention_memory();

// Against LibTorch: in attention_torch.cpp, which only builds with training compile.
std::vector<Figure> attention_libtorch();
std::vector<Figure> attention_short();

}  // namespace heed::bench
