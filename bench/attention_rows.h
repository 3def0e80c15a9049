#pragma once

#include "report.h"

// The rows of issue "The attention kernels", one function a row: each checks its results against the
// reference, then times them in turn with what they are held against. H 8, K 64, fp32, one thread where not
// said otherwise.
namespace heed::bench {

std::vector<Figure> attention_forward();
std::vector<Figure> attention_causal();
std::vector<Figure> attention_backward();
std::vector<Figure> attention_bf16();
std::vector<Figure> attention_tap();

// One query against each of 64 caches, beside a plain read of the same rows.
std::vector<Figure> attention_decode();

// What a call takes beside its arguments and results: heap and stack.
std::vector<Figure> attention_memory();

// Against LibTorch: in attention_torch.cpp, which only builds with training compile.
std::vector<Figure> attention_libtorch();
std::vector<Figure> attention_short();

}  // namespace heed::bench
