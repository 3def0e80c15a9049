#include "attention_check.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "attention/place.h"
#include "attention/reference.h"
#include "base/error.h"

namespace heed::bench {
namespace {

using attention::Heads;
using attention::Inputs;
using attention::Sequence;
using attention::Tap;

constexpr int64_t kCheckedRows = 64;
constexpr double kTolerance = 1e-4;

// Rows of one query each, spread evenly from the first to the last.
std::vector<Sequence> some_rows(std::span<const Sequence> sequences) {
  std::vector<Sequence> rows;
  const int64_t count = std::min(kCheckedRows, attention::query_rows(sequences));
  for (int64_t i = 0; i < count; ++i) {
    const int64_t row = i * (attention::query_rows(sequences) - 1) / std::max<int64_t>(1, count - 1);
    for (const Sequence& s : sequences) {
      const int64_t t = row - s.query_begin;
      if (t >= 0 && t < s.query_count)
        rows.push_back({row, 1, s.key_begin, s.key_count, s.query_position + t});
    }
  }
  return rows;
}

// The same problem seen by one head alone.
Inputs<float> one_head(Inputs<float> inputs, int64_t head) {
  for (Heads<const float>* part : {&inputs.query, &inputs.key, &inputs.value}) part->data = part->at(0, head);
  inputs.heads = inputs.key_heads = 1;
  return inputs;
}

// [rows] of `sequences`, `width` numbers each.
std::vector<float> gather(const Heads<const float>& from, int64_t heads, int64_t width,
                          std::span<const Sequence> sequences) {
  std::vector<float> values;
  for (const Sequence& s : sequences) {
    for (int64_t row = s.query_begin; row < s.query_begin + s.query_count; ++row) {
      for (int64_t h = 0; h < heads; ++h)
        values.insert(values.end(), from.at(row, h), from.at(row, h) + width);
    }
  }
  return values;
}

// Column `head` of [.., heads, width].
std::vector<float> column(const std::vector<float>& values, int64_t heads, int64_t head, int64_t width) {
  std::vector<float> picked;
  for (auto i = static_cast<size_t>(head * width); i < values.size();
       i += static_cast<size_t>(heads * width)) {
    picked.insert(picked.end(), values.data() + i, values.data() + i + width);
  }
  return picked;
}

}  // namespace

void require_close(const std::string& what, const std::vector<float>& found,
                   const std::vector<float>& expected, double tolerance) {
  if (found.size() != expected.size() || found.empty()) {
    throw Error(ErrorCode::internal,
                fmt::format("{}: expected {} values, found {}", what, expected.size(), found.size()));
  }
  float greatest = 0;
  for (const float value : expected) greatest = std::max(greatest, std::abs(value));
  for (size_t i = 0; i < found.size(); ++i) {
    if (std::abs(found[i] - expected[i]) <= static_cast<float>(tolerance) * greatest) continue;
    throw Error(ErrorCode::internal,
                fmt::format("{}[{}]: expected {:g} as the reference has, found {:g}; nothing was timed", what,
                            i, expected[i], found[i]));
  }
}

void check_rows(const std::string& what, const attention::Variant& variant, const Inputs<float>& inputs,
                const std::vector<float>& output, double tolerance) {
  const std::vector<Sequence> rows = some_rows(inputs.sequences);
  Inputs<float> some = inputs;
  some.sequences = rows;
  const int64_t stride = inputs.heads * inputs.value_width;
  std::vector<float> expected(output.size());
  attention::reference_forward<float>(variant, some, {expected.data(), stride, inputs.value_width});
  const auto picked = [&](const std::vector<float>& from) {
    return gather({from.data(), stride, inputs.value_width}, inputs.heads, inputs.value_width, rows);
  };
  require_close(what + ": output", picked(output), picked(expected), tolerance);
}

void check_forward(const std::string& what, const Problem& problem, double tolerance) {
  check_rows(what, problem.variant, problem.inputs(), problem.output, tolerance);
}

void check_backward(const std::string& what, const Problem& problem) {
  const int64_t head = problem.shape.heads / 2;
  std::vector<Sequence> ends = {problem.sequences.front()};
  if (problem.sequences.size() > 1) ends.push_back(problem.sequences.back());
  Inputs<float> inputs = one_head(problem.inputs(), head);
  inputs.sequences = ends;
  std::vector<float> d_query(problem.query.size()), d_key(d_query), d_value(d_query);
  const auto in_head = [&](auto& values) {
    auto heads = view(problem.shape, values.data());
    heads.data = heads.at(0, head);
    return heads;
  };
  attention::Gradients<float> gradients;
  gradients.query = in_head(d_query);
  gradients.key = in_head(d_key);
  gradients.value = in_head(d_value);
  attention::reference_backward<float>(problem.variant, inputs, in_head(problem.d_output), gradients);
  const auto compare = [&](const char* name, const std::vector<float>& found,
                           const std::vector<float>& expected) {
    require_close(what + name, gather(in_head(found), 1, problem.shape.width, ends),
                  gather(in_head(expected), 1, problem.shape.width, ends), kTolerance);
  };
  compare(": d_query", problem.d_query, d_query);
  compare(": d_key", problem.d_key, d_key);
  compare(": d_value", problem.d_value, d_value);
}

void check_tap(const std::string& what, const Problem& problem, const Tap& tap) {
  const int64_t heads = problem.shape.heads;
  const int64_t head = heads / 2;
  Tap expected;
  expected.top = tap.top;
  expected.wants_received = tap.wants_received;
  std::vector<float> output(problem.output.size());
  Heads<float> to = view(problem.shape, output.data());
  attention::reference_forward<float>(problem.variant, one_head(problem.inputs(), head), to, nullptr,
                                      &expected);
  require_close(what + ": weights", column(tap.weights, heads, head, tap.top), expected.weights, kTolerance);
  require_close(what + ": entropy", column(tap.entropy, heads, head, 1), expected.entropy, kTolerance);
  if (tap.wants_received) {
    require_close(what + ": received", column(tap.received, heads, head, 1), expected.received, kTolerance);
  }
}

}  // namespace heed::bench
