#include "train/labels.h"

#include "metrics/temperature.h"

namespace heed::train {

std::span<const float> floats(const torch::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<size_t>(tensor.numel())};
}

std::vector<int32_t> single_labels(const std::vector<Example>& examples, const std::vector<int64_t>& rows,
                                   size_t head) {
  std::vector<int32_t> numbers;
  for (const int64_t row : rows) numbers.push_back(static_cast<int32_t>(examples[row].labels[head].front()));
  return numbers;
}

std::vector<uint8_t> label_cells(const std::vector<Example>& examples, const std::vector<int64_t>& rows,
                                 size_t head, size_t labels) {
  std::vector<uint8_t> cells(rows.size() * labels);
  for (size_t i = 0; i < rows.size(); ++i) {
    for (const int64_t label : examples[rows[i]].labels[head])
      cells[i * labels + static_cast<size_t>(label)] = 1;
  }
  return cells;
}

double fit_temperature(const torch::Tensor& logits, const std::vector<Example>& examples,
                       const std::vector<int64_t>& rows, size_t head, const HeadConfig& config) {
  const size_t labels = config.labels.size();
  return config.multi_label
             ? metrics::fit_sigmoid_temperature(floats(logits), label_cells(examples, rows, head, labels))
             : metrics::fit_temperature(floats(logits), single_labels(examples, rows, head),
                                        static_cast<int64_t>(labels));
}

}  // namespace heed::train
