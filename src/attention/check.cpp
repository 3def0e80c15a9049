#include "attention/check.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "attention/place.h"
#include "base/error.h"

namespace heed::attention {
namespace {

template <class T>
struct Checker {
  const char* name;
  const Inputs<T>& inputs;

  std::string shapes() const {
    int64_t keys = 0;
    for (const Sequence& sequence : inputs.sequences) {
      keys = std::max(keys, sequence.key_begin + sequence.key_count);
    }
    std::ostringstream text;
    text << "query [" << query_rows(inputs.sequences) << ", " << inputs.heads << ", " << inputs.width
         << "], key [" << keys << ", " << inputs.key_heads << ", " << inputs.width << "], value [" << keys
         << ", " << inputs.key_heads << ", " << inputs.value_width << "], sequences "
         << inputs.sequences.size();
    return text.str();
  }

  // `problem` says what is wrong: a text, or what makes one, so that a call in order builds none.
  template <class Problem>
  void require(bool holds, const Problem& problem, ErrorCode code = ErrorCode::invalid_argument) const {
    if (holds) return;
    std::string text;
    if constexpr (std::is_invocable_v<Problem>)
      text = problem();
    else
      text = problem;
    throw Error(code, std::string(name) + ": " + text + "; shapes: " + shapes());
  }

  void given(const void* part, bool needed, const char* field, const char* why) const {
    if (needed)
      require(part != nullptr,
              [&] { return std::string("expected ") + field + " for " + why + ", found none"; });
    else
      require(part == nullptr, [&] {
        return std::string(field) + ": expected none without " + why + ", found one; leave it null";
      });
  }

  template <class Part>
  void in_order(const Heads<Part>& part, const char* field) const {
    require(part.rows == nullptr, [&] {
      return std::string(field) +
             ": expected rows one after another, found an index of rows, which only keys "
             "and values of forward() may have; copy the rows and leave it null";
    });
  }
};

std::string number(int64_t value) { return std::to_string(value); }

template <class T>
void check_shapes(const Checker<T>& check) {
  const Inputs<T>& in = check.inputs;
  check.require(in.heads > 0 && in.key_heads > 0 && in.heads % in.key_heads == 0, [&] {
    return "expected heads a multiple of key_heads, found heads " + number(in.heads) + " and key_heads " +
           number(in.key_heads);
  });
  check.require(in.width > 0 && in.value_width > 0, [&] {
    return "expected width and value_width above 0, found " + number(in.width) + " and " +
           number(in.value_width);
  });
  for (size_t b = 0; b < in.sequences.size(); ++b) {
    const Sequence& s = in.sequences[b];
    if (std::min({s.query_begin, s.query_count, s.key_begin, s.key_count}) >= 0) continue;
    check.require(false, "sequence " + number(static_cast<int64_t>(b)) +
                             ": expected rows and counts of at least 0, found query " +
                             number(s.query_begin) + "+" + number(s.query_count) + " and key " +
                             number(s.key_begin) + "+" + number(s.key_count));
  }
}

template <class T>
void check_index(const Checker<T>& check, const char* field, const int32_t* rows) {
  if (rows == nullptr) return;
  for (const Sequence& s : check.inputs.sequences) {
    const int32_t* end = rows + s.key_begin + s.key_count;
    const int32_t* below = std::find_if(rows + s.key_begin, end, [](int32_t row) { return row < 0; });
    if (below == end) continue;
    check.require(false, std::string(field) + ".rows[" + number(below - rows) +
                             "]: expected a row of at least 0, found " + number(*below));
  }
}

template <class T>
void check_variant(const Checker<T>& check, const Variant& variant) {
  const Inputs<T>& in = check.inputs;
  check.require(
      variant.window >= 0 && variant.relative_reach >= 0 && variant.hard_top >= 1 && variant.span_ramp > 0,
      [&] {
        return "expected window >= 0, relative_reach >= 0, hard_top >= 1 and span_ramp > 0, found " +
               number(variant.window) + ", " + number(variant.relative_reach) + ", " +
               number(variant.hard_top) + " and " + std::to_string(variant.span_ramp);
      });
  check.require(in.dropout >= 0 && in.dropout < 1,
                [&] { return "expected dropout in [0, 1), found " + std::to_string(in.dropout); });
  constexpr int64_t kFarthest = int64_t{1} << 24;  // 64 queries must stay within 32 bits
  check.require(!in.bias || std::abs(in.bias.query_stride) <= kFarthest, [&] {
    return "expected a query stride of the bias of at most " + number(kFarthest) + ", found " +
           number(in.bias.query_stride);
  });
  check.given(in.score_vector, variant.score == Score::additive, "score_vector [H, K]", "score 'additive'");
  check.given(in.score_matrix, variant.score == Score::bilinear, "score_matrix [H, K, K]",
              "score 'bilinear'");
  check.given(in.relative_bias, variant.relative_reach > 0, "relative_bias [H, 2R+1]",
              "relative_reach R > 0");
  check.require(
      in.span == nullptr || variant.normaliser == Normaliser::softmax,
      [&] {
        return "an adaptive span multiplies the exponentials of softmax: expected normaliser 'softmax' with "
               "span, found '" +
               to_string(variant.normaliser) + "'; use window instead, or softmax";
      },
      ErrorCode::unsupported);
}

template <class T>
void check_disjoint(const Checker<T>& check, const char* what,
                    std::vector<std::pair<int64_t, int64_t>> ranges) {
  std::erase_if(ranges, [](const auto& range) { return range.second == 0; });
  std::sort(ranges.begin(), ranges.end());
  for (size_t i = 1; i < ranges.size(); ++i) {
    check.require(ranges[i - 1].first + ranges[i - 1].second <= ranges[i].first, [&] {
      return std::string("expected ") + what + " rows of no two sequences to overlap, found row " +
             number(ranges[i].first) + " twice; copy the shared rows, their gradients then add up in yours";
    });
  }
}

}  // namespace

template <class T, class Out>
void check_inputs(const char* name, const Variant& variant, const Inputs<T>& inputs,
                  const Heads<Out>& output) {
  const Checker<T> check{name, inputs};
  check_shapes(check);
  check_variant(check, variant);
  check.in_order(inputs.query, "query");
  check.in_order(output, "output");
  if (query_rows(inputs.sequences) == 0) return;
  const bool keys = std::any_of(inputs.sequences.begin(), inputs.sequences.end(),
                                [](const Sequence& sequence) { return sequence.key_count > 0; });
  check.require(inputs.query.data != nullptr && output.data != nullptr,
                "expected query and output, found null data");
  check.require(!keys || (inputs.key.data != nullptr && inputs.value.data != nullptr),
                "expected key and value, found null data");
  check_index(check, "key", inputs.key.rows);
  check_index(check, "value", inputs.value.rows);
}

template <class T>
void check_gradients(const char* name, const Inputs<T>& inputs, const Saved& saved,
                     const Heads<const float>& d_output, const Gradients<float>& gradients) {
  const Checker<T> check{name, inputs};
  const int64_t rows = query_rows(inputs.sequences);
  check.require(rows == 0 || d_output.data != nullptr, "expected d_output, found null data");
  check.in_order(inputs.key, "key");
  check.in_order(inputs.value, "value");
  check.in_order(d_output, "d_output");
  check.in_order(gradients.query, "gradients.query");
  check.in_order(gradients.key, "gradients.key");
  check.in_order(gradients.value, "gradients.value");
  check.require(static_cast<int64_t>(saved.log_sum.size()) == rows * inputs.heads, [&] {
    return "expected saved.log_sum of the forward pass on the same inputs, " + number(rows * inputs.heads) +
           " values, found " + number(static_cast<int64_t>(saved.log_sum.size()));
  });
  const std::pair<const char*, bool> orphans[] = {
      {"score_vector", gradients.score_vector != nullptr && inputs.score_vector == nullptr},
      {"score_matrix", gradients.score_matrix != nullptr && inputs.score_matrix == nullptr},
      {"log_temperature", gradients.log_temperature != nullptr && inputs.log_temperature == nullptr},
      {"span", gradients.span != nullptr && inputs.span == nullptr},
      {"relative_bias", gradients.relative_bias != nullptr && inputs.relative_bias == nullptr},
      {"bias", gradients.bias && !inputs.bias},
  };
  for (const auto& [field, orphan] : orphans) {
    check.require(!orphan, std::string("gradients.") + field +
                               ": expected none without the input, found one; leave it null");
  }
  std::vector<std::pair<int64_t, int64_t>> queries;
  std::vector<std::pair<int64_t, int64_t>> keys;
  for (const Sequence& sequence : inputs.sequences) {
    queries.emplace_back(sequence.query_begin, sequence.query_count);
    keys.emplace_back(sequence.key_begin, sequence.key_count);
  }
  check_disjoint(check, "query", std::move(queries));
  check_disjoint(check, "key", std::move(keys));
}

template void check_inputs(const char*, const Variant&, const Inputs<float>&, const Heads<float>&);
template void check_inputs(const char*, const Variant&, const Inputs<float>&, const Heads<const float>&);
template void check_inputs(const char*, const Variant&, const Inputs<BFloat16>&, const Heads<float>&);
template void check_inputs(const char*, const Variant&, const Inputs<BFloat16>&, const Heads<const float>&);
template void check_gradients(const char*, const Inputs<float>&, const Saved&, const Heads<const float>&,
                              const Gradients<float>&);
template void check_gradients(const char*, const Inputs<BFloat16>&, const Saved&, const Heads<const float>&,
                              const Gradients<float>&);

}  // namespace heed::attention
