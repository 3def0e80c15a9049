#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <torch/torch.h>

#include "train/examples.h"

// What is true of examples, and what a head says of them, as metrics/ takes it.
namespace heed::train {

// The numbers of a contiguous fp32 tensor, which must outlive them.
std::span<const float> floats(const torch::Tensor& tensor);

// Of the examples `rows` and a single-label head: each one's label.
std::vector<int32_t> single_labels(const std::vector<Example>& examples, const std::vector<int64_t>& rows,
                                   size_t head);

// The same of a head with any number of labels: 1 where an example has label c of `labels`, else 0; [R,
// labels].
std::vector<uint8_t> label_cells(const std::vector<Example>& examples, const std::vector<int64_t>& rows,
                                 size_t head, size_t labels);

// The temperature that fits a head's logits [R, L] to the labels of these rows (metrics/temperature.h).
double fit_temperature(const torch::Tensor& logits, const std::vector<Example>& examples,
                       const std::vector<int64_t>& rows, size_t head, const HeadConfig& config);

}  // namespace heed::train
