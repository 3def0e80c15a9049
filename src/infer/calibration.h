#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "infer/matrix.h"
#include "infer/quantise.h"

namespace heed::infer {

// What a model's products read when it answers: while one lives, each product of its thread adds the rows of
// its input to a matrix of second moments; the last one made counts. Without one a product costs a look at a
// pointer.
class Calibration {
 public:
  Calibration();
  ~Calibration();
  Calibration(const Calibration&) = delete;
  Calibration& operator=(const Calibration&) = delete;

  // The sum of x^T x over the rows x [in] that the product with `weight` [out, in] has read: [in, in]. Empty
  // where it has read none.
  std::span<const float> moments(const std::string& weight) const;
  int64_t rows() const { return rows_; }  // that were read, of all products

 private:
  friend void note_input(std::span<const std::string> weights, const Matrix& x);
  void add(std::span<const std::string> weights, const Matrix& x);

  // By the first weight that reads an input; the others that read the same one name it.
  std::map<std::string, std::vector<float>> moments_;
  std::map<std::string, std::string> first_;
  int64_t rows_ = 0;
  Calibration* before_;
};

// Called by a product: `x` [rows, in] is about to be multiplied by all of `weights`.
void note_input(std::span<const std::string> weights, const Matrix& x);

// Rounds the rows of `weight` [out, in] anew, their scales as they are, so that over the inputs of `moments`
// [in, in] the products change less: coordinate descent on (w - q s) H (w - q s)^T from where `rows` stands
// (QuantEase, arXiv:2309.01885, Algorithm 1). H is `moments` and a hundredth of its mean diagonal, so that a
// direction that few inputs have does not run away; by H, no row is worse than before. Leaves rows alone
// where a product has read zeros, or numbers whose squares a float cannot hold. What the products over the
// inputs of `moments` are off by before and after, and what they are, all as sums of squares.
struct ProductSquares {
  double nearest = 0, fitted = 0, products = 0;
};
ProductSquares fit_rows(std::span<const float> weight, std::span<const float> moments, Int8Rows& rows);

}  // namespace heed::infer
