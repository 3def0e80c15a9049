#include "infer/packed_matrix.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>

#include <oneapi/dnnl/dnnl.hpp>

#include "base/error.h"

namespace heed::infer {
namespace {

using dnnl::matmul;
using dnnl::memory;

// Rows are cut into tiles of these powers of two: nine primitives a matrix serve every row count, where one
// for each count would fill memory with compiled kernels. Past 256 rows a tile gains nothing.
constexpr size_t kTileSizes = 9;

// oneDNN's brgemm kernels (AVX-512) add up a row in the same order in a tile of any size. Its older kernels
// do not (tried: SSE4.1, AVX, AVX2), and are not used.
bool rows_are_independent(const matmul::primitive_desc& description) {
  return std::string_view(description.impl_info_str()).starts_with("brg");
}

// Without them the library need not be asked at all.
bool has_brgemm() {
  const auto isa = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
  const auto wanted = static_cast<unsigned>(dnnl::cpu_isa::avx512_core);
  return (isa & wanted) == wanted;
}

constexpr auto kFloat = memory::data_type::f32;

memory::desc rows_of(int64_t rows, int64_t width) { return {{rows, width}, kFloat, memory::format_tag::ab}; }

// A product of 2^power rows that is finished in one of four ways.
struct Tile {
  std::once_flag made;
  matmul product;
  memory::desc scratch;
};

}  // namespace

struct PackedMatrix::OneDnn {
  OneDnn(std::span<const float> weight, std::span<const float> bias_values, int64_t out_width,
         int64_t in_width);

  matmul::primitive_desc describe(int64_t rows, const memory::desc& weight,
                                  kernels::Finish finish = {}) const;
  const Tile& tile(size_t power, kernels::Finish finish) const;
  void multiply(const float* x, int64_t rows, float* y, kernels::Finish finish) const;
  void multiply_tile(size_t power, dnnl::stream& stream, const float* x, float* y,
                     kernels::Finish finish) const;

  int64_t out, in;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  memory packed, bias;
  bool usable = false;
  mutable std::array<std::array<Tile, 4>, kTileSizes> tiles;  // made at their first use
};

PackedMatrix::OneDnn::OneDnn(std::span<const float> weight, std::span<const float> bias_values,
                             int64_t out_width, int64_t in_width)
    : out(out_width), in(in_width) {
  const memory::desc plain({in, out}, kFloat, memory::format_tag::ba);
  if (!bias_values.empty()) {
    bias = memory(rows_of(1, out), engine);
    std::copy(bias_values.begin(), bias_values.end(), static_cast<float*>(bias.get_data_handle()));
  }
  const memory::desc any({in, out}, kFloat, memory::format_tag::any);
  const matmul::primitive_desc description = describe(int64_t{1} << (kTileSizes - 1), any);
  usable = rows_are_independent(description);
  if (!usable) return;
  packed = memory(description.weights_desc(), engine);
  memory source(plain, engine, const_cast<float*>(weight.data()));  // only read
  dnnl::stream stream(engine);
  dnnl::reorder(source, packed).execute(stream, source, packed);
  stream.wait();
}

matmul::primitive_desc PackedMatrix::OneDnn::describe(int64_t rows, const memory::desc& weight,
                                                      kernels::Finish finish) const {
  dnnl::primitive_attr attributes;
  dnnl::post_ops steps;
  if (finish.relu) steps.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
  if (finish.add) steps.append_sum();
  attributes.set_post_ops(steps);
  // The library's own scratch memory belongs to the thread that made the primitive; another may run it.
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const matmul::desc description =
      bias ? matmul::desc(rows_of(rows, in), weight, rows_of(1, out), rows_of(rows, out))
           : matmul::desc(rows_of(rows, in), weight, rows_of(rows, out));
  return {description, attributes, engine};
}

const Tile& PackedMatrix::OneDnn::tile(size_t power, kernels::Finish finish) const {
  Tile& tile = tiles[power][(finish.relu ? 2 : 0) + (finish.add ? 1 : 0)];
  std::call_once(tile.made, [&] {
    const auto description = describe(int64_t{1} << power, packed.get_desc(), finish);
    tile.scratch = description.scratchpad_desc();
    tile.product = matmul(description);
  });
  return tile;
}

void PackedMatrix::OneDnn::multiply_tile(size_t power, dnnl::stream& stream, const float* x, float* y,
                                         kernels::Finish finish) const {
  const Tile& made = tile(power, finish);
  const int64_t rows = int64_t{1} << power;
  std::unordered_map<int, memory> arguments = {
      {DNNL_ARG_SRC, memory(rows_of(rows, in), engine, const_cast<float*>(x))},  // only read
      {DNNL_ARG_WEIGHTS, packed},
      {DNNL_ARG_DST, memory(rows_of(rows, out), engine, y)}};
  if (bias) arguments.emplace(DNNL_ARG_BIAS, bias);
  if (made.scratch.get_size() > 0) arguments.emplace(DNNL_ARG_SCRATCHPAD, memory(made.scratch, engine));
  made.product.execute(stream, arguments);
}

void PackedMatrix::OneDnn::multiply(const float* x, int64_t rows, float* y, kernels::Finish finish) const {
  dnnl::stream stream(engine);
  for (size_t power = kTileSizes; power-- > 0;) {
    const int64_t tile = int64_t{1} << power;
    for (; rows >= tile; rows -= tile, x += tile * in, y += tile * out)
      multiply_tile(power, stream, x, y, finish);
  }
  stream.wait();
}

PackedMatrix::PackedMatrix(std::span<const float> weight, std::span<const float> bias, int64_t out,
                           int64_t in)
    : out_(out), in_(in) {
  if (has_brgemm()) {
    auto one_dnn = std::make_unique<const OneDnn>(weight, bias, out, in);
    if (one_dnn->usable) {
      weights_ = std::move(one_dnn);
      return;
    }
  }
  weights_ = kernels::FloatWeights(weight, bias, out, in);
}
PackedMatrix::PackedMatrix(std::span<const int8_t> weight, std::span<const float> scale,
                           std::span<const float> bias, int64_t out, int64_t in)
    : out_(out), in_(in), weights_(kernels::Int8Weights(weight, scale, bias, out, in)) {}
PackedMatrix::~PackedMatrix() = default;
PackedMatrix::PackedMatrix(PackedMatrix&&) noexcept = default;
PackedMatrix& PackedMatrix::operator=(PackedMatrix&&) noexcept = default;

void PackedMatrix::multiply(const float* x, int64_t rows, float* y, kernels::Finish finish) const {
  if (const auto* floats = std::get_if<kernels::FloatWeights>(&weights_)) {
    floats->multiply(x, rows, y, finish);
  } else if (const auto* bytes = std::get_if<kernels::Int8Weights>(&weights_)) {
    bytes->multiply(x, rows, y, finish);
  } else {
    multiply_one_dnn(x, rows, y, finish);
  }
}

void PackedMatrix::multiply_one_dnn(const float* x, int64_t rows, float* y, kernels::Finish finish) const {
  try {
    std::get<std::unique_ptr<const OneDnn>>(weights_)->multiply(x, rows, y, finish);
  } catch (const dnnl::error& error) {
    throw Error(ErrorCode::internal, std::string("oneDNN: cannot multiply matrices: ") + error.what());
  }
}

}  // namespace heed::infer
