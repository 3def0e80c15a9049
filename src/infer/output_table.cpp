#include "infer/output_table.h"

#include <algorithm>

#include "infer/profile.h"

namespace heed::infer {
namespace {

constexpr int64_t kBlock = 1024;  // tokens: with kRows, logits that stay in a core's second cache
constexpr int64_t kRows = 64;

void multiply(const PackedMatrix& block, const float* x, int64_t rows, float* y) {
  const Timed timed(Operation::vocabulary,
                    static_cast<double>(rows) * static_cast<double>(block.in() * block.out()));
  block.multiply(x, rows, y);
}

}  // namespace

OutputTable::OutputTable(const Weights& scope) : vocabulary_(scope.shape("weight")[0]) {
  const int64_t dim = scope.shape("weight")[1];
  const bool bytes = scope.is_int8("weight");
  const std::vector<float> floats = bytes ? std::vector<float>() : scope.at("weight");
  const std::vector<float> scales = bytes ? scope.scales("weight") : std::vector<float>();
  const std::vector<float> bias = scope.find("bias");
  for (int64_t begin = 0; begin < vocabulary_; begin += kBlock) {
    const auto first = static_cast<size_t>(begin);
    const auto count = static_cast<size_t>(std::min(kBlock, vocabulary_ - begin));
    const auto width = static_cast<size_t>(dim);
    const auto of_block = bias.empty() ? std::span<const float>() : std::span(bias).subspan(first, count);
    const auto out = static_cast<int64_t>(count);
    if (bytes) {
      blocks_.emplace_back(scope.int8("weight").subspan(first * width, count * width),
                           std::span(scales).subspan(first, count), of_block, out, dim);
    } else {
      blocks_.emplace_back(std::span(floats).subspan(first * width, count * width), of_block, out, dim);
    }
  }
}

Matrix OutputTable::logits(const Matrix& rows) const {
  Matrix logits(rows.rows, vocabulary_);
  int64_t begin = 0;
  for (const PackedMatrix& block : blocks_) {
    Matrix part(rows.rows, block.out());
    multiply(block, rows.values.data(), rows.rows, part.values.data());
    for (int64_t r = 0; r < rows.rows; ++r) std::copy_n(part.row(r), part.cols, logits.row(r) + begin);
    begin += block.out();
  }
  return logits;
}

void OutputTable::rank(const Matrix& rows, std::span<TopTokens> rankings) const {
  Matrix part(std::min(rows.rows, kRows), kBlock);
  for (int64_t r = 0; r < rows.rows; r += kRows) {
    const int64_t count = std::min(kRows, rows.rows - r);
    int64_t begin = 0;
    for (const PackedMatrix& block : blocks_) {
      multiply(block, rows.row(r), count, part.values.data());
      const Timed timed(Operation::ranking);
      for (int64_t i = 0; i < count; ++i) {
        const std::span<const float> logits(part.values.data() + i * block.out(),
                                            static_cast<size_t>(block.out()));
        rankings[static_cast<size_t>(r + i)].add(logits, static_cast<int32_t>(begin));
      }
      begin += block.out();
    }
  }
}

}  // namespace heed::infer
