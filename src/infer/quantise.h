#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/model_directory.h"
#include "model/weight_values.h"

// Fewer bits a weight: what `heed quantize` does (docs/formats.md, "Weights, in file order").
namespace heed::infer {

class Calibration;

// A matrix [R, C] as int8 with a scale a row: its values are scales[r] * values[r * C + c].
struct Int8Rows {
  std::vector<int8_t> values;  // -127 to 127
  std::vector<float> scales;   // finite, above 0
};

// The rows of `weight` [R, C], finite numbers, as int8. The scale of a row is its greatest magnitude / 127,
// or a smaller one, which clips the row's largest numbers, where that lowers the sum of its squared errors;
// of a row of zeros it is 1.
Int8Rows quantise_rows(std::span<const float> weight, int64_t rows);

// Of products over the inputs of a calibration: sqrt(sum (new - old)^2 / sum old^2).
struct ProductErrors {
  double nearest = 0;  // every weight rounded to the nearest byte
  double fitted = 0;
};

struct QuantisedWeights {
  std::vector<Tensor> tensors;  // as write_model takes them
  double error = 0;             // of the weights that were changed: sqrt(sum (new - old)^2 / sum old^2)
  std::optional<ProductErrors> products = {};  // where there was a calibration
};

// Throws what quantise_weights does before it has looked at a number.
void check_quantisable(const ModelDirectory& model, Precision to, bool calibrates);

// The weights of `model` in int8 or bf16: those that may be stored by row (WeightShape::by_row), as int8 rows
// with scales or rounded to the nearest bfloat16 (half to even); the others as they are. With a `calibration`
// of this model, int8 weights of products are rounded by fit_rows (calibration.h). Throws invalid_argument
// where the model is int8, or bf16 already, or `to` is fp32, or bf16 with a calibration; corrupt_data where
// one of its numbers is not finite or is too large for bfloat16.
QuantisedWeights quantise_weights(const ModelDirectory& model, Precision to,
                                  const Calibration* calibration = nullptr);

}  // namespace heed::infer
