#include "infer/linear.h"

#include <algorithm>
#include <vector>

#include "infer/calibration.h"
#include "infer/profile.h"

namespace heed::infer {
namespace {

template <class T, class Range>
void append(std::vector<T>& all, const Range& more) {
  all.insert(all.end(), more.begin(), more.end());
}

PackedMatrix pack(std::initializer_list<Weights> scopes) {
  const int64_t in = scopes.begin()->shape("weight")[1];
  int64_t out = 0;
  std::vector<float> bias;
  for (const Weights& scope : scopes) {
    out += scope.shape("weight")[0];
    append(bias, scope.find("bias"));
  }
  if (std::ranges::all_of(scopes, [](const Weights& scope) { return scope.is_int8("weight"); })) {
    std::vector<int8_t> weight;
    std::vector<float> scales;
    for (const Weights& scope : scopes) {
      append(weight, scope.int8("weight"));
      append(scales, scope.scales("weight"));
    }
    return {weight, scales, bias, out, in};
  }
  std::vector<float> weight;
  for (const Weights& scope : scopes) append(weight, scope.at("weight"));
  return {weight, bias, out, in};
}

}  // namespace

Linear::Linear(std::initializer_list<Weights> scopes) : weight_(pack(scopes)) {
  for (const Weights& scope : scopes) names_.push_back(scope.full_name("weight"));
}

Matrix Linear::operator()(const Matrix& x, kernels::Finish finish) const {
  note_input(names_, x);
  Matrix y(x.rows, out());
  const Timed timed(Operation::products, static_cast<double>(x.values.size()) * static_cast<double>(out()));
  weight_.multiply(x.values.data(), x.rows, y.values.data(), finish);
  return y;
}

void Linear::add_to(Matrix& y, const Matrix& x) const {
  note_input(names_, x);
  const Timed timed(Operation::products, static_cast<double>(x.values.size()) * static_cast<double>(out()));
  weight_.multiply(x.values.data(), x.rows, y.values.data(), {.add = true});
}

}  // namespace heed::infer
