#pragma once

#include <cstdint>
#include <vector>

#include "attention/attention.h"

// What the attention rows compute: sequences of one length, [B, T, H, K], in seeded normal numbers.
namespace heed::bench {

struct Shape {
  int64_t batch = 1;
  int64_t length = 0;
  int64_t heads = 8;
  int64_t width = 64;

  int64_t rows() const { return batch * length; }
  int64_t row_stride() const { return heads * width; }
  // B T S K H: a forward pass is counted as 4 operations of each, a backward pass, which computes the scores
  // again, as 10.
  double products() const { return static_cast<double>(batch * length * length * width * heads); }
};

template <class T>
attention::Heads<T> view(const Shape& shape, T* data) {
  return {data, shape.row_stride(), shape.width};
}

struct Problem {
  explicit Problem(const Shape& shape);

  attention::Inputs<float> inputs() const;
  // The same numbers in half the bytes. Valid as long as the problem lives and narrow() is not called again.
  attention::Inputs<attention::BFloat16> narrow();

  void forward(attention::Tap* tap = nullptr);
  void backward();  // after forward()

  Shape shape;
  attention::Variant variant;
  std::vector<attention::Sequence> sequences;
  std::vector<float> query, key, value, d_output;  // [B, T, H, K]
  std::vector<float> output, d_query, d_key, d_value;
  attention::Saved saved;

 private:
  std::vector<attention::BFloat16> narrow_query_, narrow_key_, narrow_value_;
};

std::vector<float> normals(int64_t count, uint64_t seed);

}  // namespace heed::bench
