#include "infer/packed_matrix.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "base/error.h"

namespace heed::infer {
namespace {

using dnnl::matmul;
using dnnl::memory;

// Rows are cut into tiles of these powers of two: nine primitives a matrix serve every row count, where one
// for each count would fill memory with compiled kernels. Past 256 rows a tile gains nothing.
constexpr size_t kTileSizes = 9;
constexpr int64_t kLargestTile = int64_t{1} << (kTileSizes - 1);

// oneDNN's brgemm kernels (AVX-512) add up a row in the same order in a tile of any size. Its older kernels
// do not, but do so at every place of a 4-row tile (tried: SSE4.1, AVX, AVX2), which costs a quarter more
// time than 64-row tiles there.
constexpr size_t kFixedTilePower = 2;
bool rows_are_independent(const matmul::primitive_desc& description) {
  return std::string_view(description.impl_info_str()).starts_with("brg");
}

constexpr auto kFloat = memory::data_type::f32;

memory::desc rows_of(int64_t rows, int64_t width) { return {{rows, width}, kFloat, memory::format_tag::ab}; }

struct Tile {
  std::once_flag made;
  matmul product;
  memory::desc scratch;
};

}  // namespace

struct PackedMatrix::Impl {
  Impl(std::span<const float> weight, std::span<const float> bias_values, int64_t out_width,
       int64_t in_width);

  matmul::primitive_desc describe(int64_t rows, const memory::desc& weight) const;
  const Tile& tile(size_t power) const;
  void multiply(const float* x, int64_t rows, float* y) const;
  void multiply_rest(dnnl::stream& stream, const float* x, int64_t rows, float* y) const;
  void multiply_tile(size_t power, dnnl::stream& stream, const float* x, float* y) const;

  int64_t out, in;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  memory packed, bias;
  size_t smallest_tile = 0, largest_tile = kTileSizes - 1;  // as powers of two
  mutable std::array<Tile, kTileSizes> tiles;               // made at their first use
};

PackedMatrix::Impl::Impl(std::span<const float> weight, std::span<const float> bias_values, int64_t out_width,
                         int64_t in_width)
    : out(out_width), in(in_width) {
  const memory::desc plain({in, out}, kFloat, memory::format_tag::ba);
  if (!bias_values.empty()) {
    bias = memory(rows_of(1, out), engine);
    std::copy(bias_values.begin(), bias_values.end(), static_cast<float*>(bias.get_data_handle()));
  }
  const memory::desc any({in, out}, kFloat, memory::format_tag::any);
  const matmul::primitive_desc description = describe(kLargestTile, any);
  if (!rows_are_independent(description)) smallest_tile = largest_tile = kFixedTilePower;
  packed = memory(description.weights_desc(), engine);
  memory source(plain, engine, const_cast<float*>(weight.data()));  // only read
  dnnl::stream stream(engine);
  dnnl::reorder(source, packed).execute(stream, source, packed);
  stream.wait();
}

matmul::primitive_desc PackedMatrix::Impl::describe(int64_t rows, const memory::desc& weight) const {
  dnnl::primitive_attr attributes;
  // The library's own scratch memory belongs to the thread that made the primitive; another may run it.
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const matmul::desc description =
      bias ? matmul::desc(rows_of(rows, in), weight, rows_of(1, out), rows_of(rows, out))
           : matmul::desc(rows_of(rows, in), weight, rows_of(rows, out));
  return {description, attributes, engine};
}

const Tile& PackedMatrix::Impl::tile(size_t power) const {
  Tile& tile = tiles[power];
  std::call_once(tile.made, [&] {
    const auto description = describe(int64_t{1} << power, packed.get_desc());
    tile.scratch = description.scratchpad_desc();
    tile.product = matmul(description);
  });
  return tile;
}

void PackedMatrix::Impl::multiply_tile(size_t power, dnnl::stream& stream, const float* x, float* y) const {
  const Tile& made = tile(power);
  const int64_t rows = int64_t{1} << power;
  std::unordered_map<int, memory> arguments = {
      {DNNL_ARG_SRC, memory(rows_of(rows, in), engine, const_cast<float*>(x))},  // only read
      {DNNL_ARG_WEIGHTS, packed},
      {DNNL_ARG_DST, memory(rows_of(rows, out), engine, y)}};
  if (bias) arguments.emplace(DNNL_ARG_BIAS, bias);
  if (made.scratch.get_size() > 0) arguments.emplace(DNNL_ARG_SCRATCHPAD, memory(made.scratch, engine));
  made.product.execute(stream, arguments);
}

void PackedMatrix::Impl::multiply(const float* x, int64_t rows, float* y) const {
  dnnl::stream stream(engine);
  for (size_t power = largest_tile + 1; power-- > smallest_tile;) {
    const int64_t tile = int64_t{1} << power;
    for (; rows >= tile; rows -= tile, x += tile * in, y += tile * out) multiply_tile(power, stream, x, y);
  }
  if (rows > 0) multiply_rest(stream, x, rows, y);
  stream.wait();
}

// Fewer rows than the smallest tile, filled up with zeros.
void PackedMatrix::Impl::multiply_rest(dnnl::stream& stream, const float* x, int64_t rows, float* y) const {
  const int64_t tile = int64_t{1} << smallest_tile;
  std::vector<float> padded(static_cast<size_t>(tile * in)), products(static_cast<size_t>(tile * out));
  std::copy(x, x + rows * in, padded.begin());
  multiply_tile(smallest_tile, stream, padded.data(), products.data());
  stream.wait();
  std::copy(products.begin(), products.begin() + rows * out, y);
}

PackedMatrix::PackedMatrix(std::span<const float> weight, std::span<const float> bias, int64_t out,
                           int64_t in)
    : impl_(std::make_unique<const Impl>(weight, bias, out, in)) {}
PackedMatrix::~PackedMatrix() = default;
PackedMatrix::PackedMatrix(PackedMatrix&&) noexcept = default;

void PackedMatrix::multiply(const float* x, int64_t rows, float* y) const {
  try {
    impl_->multiply(x, rows, y);
  } catch (const dnnl::error& error) {
    throw Error(ErrorCode::internal, std::string("oneDNN: cannot multiply matrices: ") + error.what());
  }
}

}  // namespace heed::infer
