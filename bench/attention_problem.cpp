#include "attention_problem.h"

#include "base/random.h"

namespace heed::bench {
namespace {

using attention::BFloat16;
using attention::Inputs;
using attention::to_bfloat16;

std::vector<BFloat16> narrowed(const std::vector<float>& values) {
  std::vector<BFloat16> narrow;
  narrow.reserve(values.size());
  for (const float value : values) narrow.push_back(to_bfloat16(value));
  return narrow;
}

template <class T>
Inputs<T> inputs_of(const Problem& problem, const T* query, const T* key, const T* value) {
  Inputs<T> inputs;
  inputs.sequences = problem.sequences;
  inputs.heads = inputs.key_heads = problem.shape.heads;
  inputs.width = inputs.value_width = problem.shape.width;
  inputs.query = view(problem.shape, query);
  inputs.key = view(problem.shape, key);
  inputs.value = view(problem.shape, value);
  return inputs;
}

}  // namespace

std::vector<float> normals(int64_t count, uint64_t seed) {
  Random random(seed);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

Problem::Problem(const Shape& wanted) : shape(wanted) {
  const int64_t size = shape.rows() * shape.row_stride();
  query = normals(size, 1);
  key = normals(size, 2);
  value = normals(size, 3);
  d_output = normals(size, 4);
  for (std::vector<float>* to : {&output, &d_query, &d_key, &d_value}) to->resize(static_cast<size_t>(size));
  for (int64_t begin = 0; begin < shape.rows(); begin += shape.length) {
    sequences.push_back({begin, shape.length, begin, shape.length, 0});
  }
}

Inputs<float> Problem::inputs() const { return inputs_of(*this, query.data(), key.data(), value.data()); }

Inputs<BFloat16> Problem::narrow() {
  narrow_query_ = narrowed(query);
  narrow_key_ = narrowed(key);
  narrow_value_ = narrowed(value);
  return inputs_of<BFloat16>(*this, narrow_query_.data(), narrow_key_.data(), narrow_value_.data());
}

void Problem::forward(attention::Tap* tap) {
  attention::forward(variant, inputs(), view(shape, output.data()), &saved, tap);
}

void Problem::backward() {
  attention::Gradients<float> gradients;
  gradients.query = view(shape, d_query.data());
  gradients.key = view(shape, d_key.data());
  gradients.value = view(shape, d_value.data());
  attention::backward(variant, inputs(), view<const float>(shape, output.data()), saved,
                      view<const float>(shape, d_output.data()), gradients);
}

}  // namespace heed::bench
