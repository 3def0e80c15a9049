#include "infer/quantise.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "attention/attention.h"
#include "base/error.h"
#include "infer/calibration.h"

namespace heed::infer {
namespace {

constexpr float kLargest = 127;
// Scales that are tried: a row's own and, ever further apart, down to half of it. Of C even numbers the best
// clips about C / 193548 off (what 1 / (12 * 127^2) a number saves against what the greatest loses), so rows
// of some hundred want small steps, and a row with far outliers large ones.
constexpr int kTries = 48;

// Adding and taking away 1.5 * 2^23 rounds a float below 2^22 to the nearest whole number, half to even: the
// same on every processor, and several times faster than a call.
constexpr float kRounder = 12582912.0F;

// q = value / scale, rounded and clipped.
inline float quantised(float value, float inverse_scale) {
  const float whole = (value * inverse_scale + kRounder) - kRounder;
  return std::min(kLargest, std::max(-kLargest, whole));
}

float greatest_magnitude(std::span<const float> row) {
  float greatest = 0;
  for (const float value : row) greatest = std::max(greatest, std::abs(value));
  return greatest;
}

double squared_error(std::span<const float> row, float scale) {
  const float inverse_scale = 1 / scale;
  double sum = 0;
  for (const float value : row) {
    const double error = value - scale * quantised(value, inverse_scale);
    sum += error * error;
  }
  return sum;
}

// `units` is a row divided by its greatest magnitude / 127. Returns the best scale in that unit: 1, or what
// clips the row with a smaller squared error.
float best_scale(std::span<const float> units) {
  float best = 1;
  double least = std::numeric_limits<double>::infinity();
  for (int k = 0; k <= kTries; ++k) {
    const float step = static_cast<float>(k) / kTries;
    const float scale = 1 - step * step / 2;
    const double error = squared_error(units, scale);
    if (error < least) least = error, best = scale;
  }
  return best;
}

void quantise_row(std::span<const float> row, std::vector<float>& units, Int8Rows& to) {
  const float greatest = greatest_magnitude(row);
  // Below it a scale's inverse would not be finite.
  constexpr float kLeast = 2 * std::numeric_limits<float>::min();
  const float own = greatest == 0 ? 1 : std::max(greatest / kLargest, kLeast);
  units.resize(row.size());
  std::ranges::transform(row, units.begin(), [own](float value) { return value / own; });
  const float scale = best_scale(units);
  for (const float value : units) to.values.push_back(static_cast<int8_t>(quantised(value, 1 / scale)));
  to.scales.push_back(scale * own);
}

Tensor tensor_of(const std::string& name, DataType type, const std::vector<int64_t>& shape, const void* bytes,
                 size_t size) {
  return {name, type, shape, std::string(static_cast<const char*>(bytes), size)};
}

[[noreturn]] void refuse(const ModelDirectory& model, ErrorCode code, const std::string& problem) {
  throw Error(code, model.path.string() + ": " + problem);
}

[[noreturn]] void refuse_number(const ModelDirectory& model, const std::string& weight, size_t element,
                                float value, const std::string& expected) {
  refuse(model, ErrorCode::corrupt_data,
         "weight '" + weight + "': expected " + expected + ", found " + std::to_string(value) +
             " at element " + std::to_string(element) + "; train or copy the model again");
}

// Collects the new arrays, and how far their numbers are from the old.
class Quantiser {
 public:
  Quantiser(const ModelDirectory& model, const Calibration* calibration)
      : model_(model), calibration_(calibration) {}

  void keep(const std::string& name) {
    numbers(name);
    const TensorView& view = model_.weights.at(name);
    result_.tensors.push_back({name, view.type, view.shape, std::string(view.bytes)});
  }

  void to_int8(const WeightShape& weight) {
    const std::vector<float> values = numbers(weight.name);
    Int8Rows rows = quantise_rows(values, weight.shape[0]);
    if (calibration_ != nullptr) fit(values, calibration_->moments(weight.name), rows);
    const size_t cols = values.size() / rows.scales.size();
    for (size_t i = 0; i < values.size(); ++i) {
      compare(values[i], rows.scales[i / cols] * static_cast<float>(rows.values[i]));
    }
    result_.tensors.push_back(
        tensor_of(weight.name, DataType::i8, weight.shape, rows.values.data(), rows.values.size()));
    result_.tensors.push_back(tensor_of(scale_name(weight.name), DataType::f32, {weight.shape[0]},
                                        rows.scales.data(), rows.scales.size() * sizeof(float)));
  }

  void to_bf16(const WeightShape& weight) {
    const std::vector<float> values = numbers(weight.name);
    std::vector<uint16_t> bits;
    for (size_t i = 0; i < values.size(); ++i) {
      const attention::BFloat16 rounded = attention::to_bfloat16(values[i]);
      if (!std::isfinite(to_float(rounded)))
        refuse_number(model_, weight.name, i, values[i], "numbers that bfloat16 can hold");
      compare(values[i], to_float(rounded));
      bits.push_back(rounded.bits);
    }
    result_.tensors.push_back(
        tensor_of(weight.name, DataType::bf16, weight.shape, bits.data(), bits.size() * sizeof(uint16_t)));
  }

  QuantisedWeights result() && {
    if (squares_ > 0) result_.error = std::sqrt(squared_errors_ / squares_);
    if (squares_of_.products > 0) {
      result_.products = {.nearest = std::sqrt(squares_of_.nearest / squares_of_.products),
                          .fitted = std::sqrt(squares_of_.fitted / squares_of_.products)};
    }
    return std::move(result_);
  }

 private:
  // Of a weight, checked to be finite.
  std::vector<float> numbers(const std::string& name) const {
    std::vector<float> values = weight_values(model_.weights, name);
    for (size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) refuse_number(model_, name, i, values[i], "finite numbers");
    }
    return values;
  }

  void fit(const std::vector<float>& values, std::span<const float> moments, Int8Rows& rows) {
    if (moments.empty()) return;
    const ProductSquares more = fit_rows(values, moments, rows);
    squares_of_.products += more.products;
    squares_of_.nearest += more.nearest;
    squares_of_.fitted += more.fitted;
  }

  void compare(double before, double after) {
    squared_errors_ += (after - before) * (after - before);
    squares_ += before * before;
  }

  const ModelDirectory& model_;
  const Calibration* calibration_;
  QuantisedWeights result_;
  double squared_errors_ = 0, squares_ = 0;
  ProductSquares squares_of_;
};

}  // namespace

Int8Rows quantise_rows(std::span<const float> weight, int64_t rows) {
  Int8Rows result;
  result.values.reserve(weight.size());
  const size_t cols = weight.size() / static_cast<size_t>(rows);
  std::vector<float> units;
  for (int64_t r = 0; r < rows; ++r) {
    quantise_row(weight.subspan(static_cast<size_t>(r) * cols, cols), units, result);
  }
  return result;
}

void check_quantisable(const ModelDirectory& model, Precision to, bool calibrates) {
  if (to != Precision::int8 && calibrates) {
    refuse(model, ErrorCode::invalid_argument,
           "expected int8 where rounding is calibrated, found " + std::string(to_string(to)));
  }
  const Precision from = weight_precision(model.weights);
  if (to == Precision::fp32) {
    refuse(model, ErrorCode::invalid_argument, "expected int8 or bf16 to quantise to, found fp32");
  }
  if (from == Precision::int8 || from == to) {
    refuse(model, ErrorCode::invalid_argument,
           "expected weights of fp32" + std::string(to == Precision::int8 ? " or bf16" : "") +
               " to quantise to " + to_string(to) + ", found " + to_string(from) +
               (from == to ? "; it can be used as it is" : "; quantise the model that it was made from"));
  }
}

QuantisedWeights quantise_weights(const ModelDirectory& model, Precision to, const Calibration* calibration) {
  check_quantisable(model, to, calibration != nullptr);
  Quantiser quantiser(model, calibration);
  for (const WeightShape& weight : weight_shapes(model.config)) {
    if (!weight.by_row) {
      quantiser.keep(weight.name);
    } else if (to == Precision::int8) {
      quantiser.to_int8(weight);
    } else {
      quantiser.to_bf16(weight);
    }
  }
  return std::move(quantiser).result();
}

}  // namespace heed::infer
