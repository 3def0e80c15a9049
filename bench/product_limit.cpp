#include "product_limit.h"

#include <array>
#include <cstring>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>
#include <oneapi/dnnl/dnnl.hpp>

#include "base/error.h"
#include "in_turn.h"

namespace heed::bench {
namespace {

using dnnl::memory;

struct Shape {
  int64_t rows, in, out;
};

// One text's and a batch's feed-forward products, and the square one that limits are quoted of.
constexpr std::array<Shape, 4> kShapes = {
    {{32, 256, 1024}, {256, 256, 1024}, {256, 1024, 256}, {1024, 1024, 1024}}};

template <class T>
void fill(const memory& to, T value) {
  std::fill_n(static_cast<T*>(to.get_data_handle()), to.get_desc().get_size() / sizeof(T), value);
}

}  // namespace

struct ProductLimit::Product {
  Product(Type type, const Shape& size) : shape(size) {
    const bool int8 = type == Type::int8;
    const auto source_type = int8 ? memory::data_type::u8 : memory::data_type::f32;
    const auto weight_type = int8 ? memory::data_type::s8 : memory::data_type::f32;
    const auto sum_type = int8 ? memory::data_type::s32 : memory::data_type::f32;
    const memory::desc source({shape.rows, shape.in}, source_type, memory::format_tag::ab);
    const memory::desc any({shape.in, shape.out}, weight_type, memory::format_tag::any);
    const memory::desc result({shape.rows, shape.out}, sum_type, memory::format_tag::ab);
    const dnnl::matmul::primitive_desc description({source, any, result}, engine);
    multiply = dnnl::matmul(description);
    const memory x(source, engine), y(result, engine);
    const memory weight({{shape.in, shape.out}, weight_type, memory::format_tag::ab}, engine);
    if (int8) {
      fill<uint8_t>(x, 2);
      fill<int8_t>(weight, 3);
    } else {
      fill(x, 2.0F);
      fill(weight, 3.0F);
    }
    memory packed(description.weights_desc(), engine);
    dnnl::reorder(weight, packed).execute(stream, const_cast<memory&>(weight), packed);
    arguments = {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_DST, y}};
    run();
    check(int8 ? static_cast<double>(*static_cast<int32_t*>(y.get_data_handle()))
               : static_cast<double>(*static_cast<float*>(y.get_data_handle())));
  }

  void run() {
    multiply.execute(stream, arguments);
    stream.wait();
  }

  void check(double found) const {
    const double expected = 6.0 * static_cast<double>(shape.in);
    if (found != expected)
      throw Error(ErrorCode::internal, fmt::format("oneDNN matmul: expected {}, found {}", expected, found));
  }

  double operations() const { return 2.0 * static_cast<double>(shape.rows * shape.in * shape.out); }

  Shape shape;
  std::string name = fmt::format("{} x {} x {}", shape.rows, shape.in, shape.out);
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::matmul multiply;
  std::unordered_map<int, memory> arguments;
};

ProductLimit::ProductLimit(Type type) {
  double best = 0;
  for (const Shape& shape : kShapes) {
    auto product = std::make_unique<Product>(type, shape);
    const double rate = product->operations() / spread_of(seconds_of_calls([&] { product->run(); })).median;
    if (rate <= best) continue;
    best = rate;
    product_ = std::move(product);
  }
}
ProductLimit::~ProductLimit() = default;

void ProductLimit::run() { product_->run(); }
double ProductLimit::operations() const { return product_->operations(); }
const std::string& ProductLimit::shape() const { return product_->name; }

}  // namespace heed::bench
