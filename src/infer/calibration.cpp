#include "infer/calibration.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <oneapi/dnnl/dnnl.hpp>

#include "base/error.h"

namespace heed::infer {
namespace {

constexpr int kSweeps = 20;        // most rows stand still after five
constexpr double kDamping = 0.01;  // of the moments' mean diagonal
constexpr float kLargest = 127;    // of a byte
constexpr double kLeastTrace = 1e-20, kLargestTrace = 1e30;

thread_local Calibration* reading = nullptr;

// What is added to the diagonal; 0 where the moments cannot be used.
float damping_of(std::span<const float> moments, size_t width) {
  double trace = 0;
  for (size_t i = 0; i < width; ++i) trace += moments[i * width + i];
  if (!(trace > kLeastTrace && trace < kLargestTrace)) return 0;
  return static_cast<float>(kDamping * trace / static_cast<double>(width));
}

double dot(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::vector<float> errors_of(std::span<const float> row, std::span<const int8_t> values, float scale) {
  std::vector<float> errors(row.size());
  for (size_t i = 0; i < row.size(); ++i) errors[i] = row[i] - scale * static_cast<float>(values[i]);
  return errors;
}

// gradient += by * H[i]
void add_row(std::span<float> gradient, std::span<const float> h, size_t i, float by) {
  const float* const row = h.data() + i * gradient.size();
  for (size_t k = 0; k < gradient.size(); ++k) gradient[k] += by * row[k];
}

// e H, half the derivative of e H e^T by e.
std::vector<float> gradient_of(std::span<const float> errors, std::span<const float> h) {
  std::vector<float> gradient(errors.size());
  for (size_t i = 0; i < errors.size(); ++i) add_row(gradient, h, i, errors[i]);
  return gradient;
}

// One number after another goes to the byte that is best while the others stay. Whether any has moved.
bool sweep(std::span<int8_t> values, float scale, std::span<const float> h, std::span<float> gradient) {
  const size_t width = values.size();
  bool moved = false;
  for (size_t i = 0; i < width; ++i) {
    const auto now = static_cast<float>(values[i]);
    const float wanted = now + gradient[i] / h[i * width + i] / scale;
    if (!std::isfinite(wanted)) continue;
    const float best = std::clamp(std::nearbyint(wanted), -kLargest, kLargest);
    if (best == now) continue;
    values[i] = static_cast<int8_t>(best);
    add_row(gradient, h, i, scale * (now - best));
    moved = true;
  }
  return moved;
}

}  // namespace

Calibration::Calibration() : before_(reading) { reading = this; }
Calibration::~Calibration() { reading = before_; }

std::span<const float> Calibration::moments(const std::string& weight) const {
  const auto first = first_.find(weight);
  if (first == first_.end()) return {};
  return moments_.at(first->second);
}

void Calibration::add(std::span<const std::string> weights, const Matrix& x) {
  if (x.rows == 0) return;
  for (const std::string& weight : weights) first_.try_emplace(weight, weights.front());
  std::vector<float>& sums = moments_[weights.front()];
  sums.resize(static_cast<size_t>(x.cols * x.cols));
  const float* const values = x.values.data();
  const dnnl::status status = dnnl::sgemm('T', 'N', x.cols, x.cols, x.rows, 1.0F, values, x.cols, values,
                                          x.cols, 1.0F, sums.data(), x.cols);
  if (status != dnnl::status::success)
    throw Error(ErrorCode::internal, "calibration: expected a product of oneDNN, found that it failed");
  rows_ += x.rows;
}

void note_input(std::span<const std::string> weights, const Matrix& x) {
  if (reading != nullptr) reading->add(weights, x);
}

ProductSquares fit_rows(std::span<const float> weight, std::span<const float> moments, Int8Rows& rows) {
  const size_t width = weight.size() / rows.scales.size();
  const float damping = damping_of(moments, width);
  if (damping == 0) return {};
  std::vector<float> h(moments.begin(), moments.end());
  for (size_t i = 0; i < width; ++i) h[i * width + i] += damping;
  // e moments e^T, of what is e h.
  const auto squares = [damping](std::span<const float> errors, std::span<const float> gradient) {
    return std::max(0.0, dot(errors, gradient) - damping * dot(errors, errors));
  };
  ProductSquares sums;
  for (size_t r = 0; r < rows.scales.size(); ++r) {
    const std::span<const float> row = weight.subspan(r * width, width);
    const std::span<int8_t> values(rows.values.data() + r * width, width);
    sums.products += squares(row, gradient_of(row, h));
    const std::vector<float> errors = errors_of(row, values, rows.scales[r]);
    std::vector<float> gradient = gradient_of(errors, h);
    sums.nearest += squares(errors, gradient);
    for (int k = 0; k < kSweeps && sweep(values, rows.scales[r], h, gradient); ++k) {
    }
    sums.fitted += squares(errors_of(row, values, rows.scales[r]), gradient);
  }
  return sums;
}

}  // namespace heed::infer
