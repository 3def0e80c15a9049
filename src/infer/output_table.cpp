#include "infer/output_table.h"

#include <algorithm>
#include <type_traits>

#include "infer/profile.h"

namespace heed::infer {
namespace {

void multiply(const PackedMatrix& block, const float* x, int64_t rows, float* y) {
  const Timed timed(Operation::vocabulary,
                    static_cast<double>(rows) * static_cast<double>(block.in() * block.out()));
  block.multiply(x, rows, y);
}

}  // namespace

OutputTable::OutputTable(const Weights& scope, bool keeps_rows)
    : vocabulary_(scope.shape("weight")[0]), dim_(scope.shape("weight")[1]), bias_(scope.find("bias")) {
  if (scope.is_int8("weight")) {
    const auto bytes = scope.int8("weight");
    bytes_.assign(bytes.begin(), bytes.end());
    scales_ = scope.scales("weight");
  } else {
    floats_ = scope.at("weight");
  }
  for (int64_t begin = 0; begin < vocabulary_; begin += kBlock)
    blocks_.push_back(pack(begin, std::min(kBlock, vocabulary_ - begin)));
  if (keeps_rows) return;
  for (std::vector<float>* floats : {&scales_, &floats_, &bias_}) *floats = {};
  bytes_ = {};
}

// Tokens [begin, begin + count).
PackedMatrix OutputTable::pack(int64_t begin, int64_t count) const {
  const auto part = [begin, count](const auto& values, int64_t width) {
    using T = typename std::remove_cvref_t<decltype(values)>::value_type;
    if (values.empty()) return std::span<const T>();
    return std::span<const T>(values).subspan(static_cast<size_t>(begin * width),
                                              static_cast<size_t>(count * width));
  };
  if (!bytes_.empty()) return {part(bytes_, dim_), part(scales_, 1), part(bias_, 1), count, dim_};
  return {part(floats_, dim_), part(bias_, 1), count, dim_};
}

PackedMatrix OutputTable::subset(std::span<const int32_t> ids) const {
  const auto chosen = [ids](const auto& values, int64_t width) {
    std::remove_cvref_t<decltype(values)> rows;
    if (values.empty()) return rows;
    for (const int32_t id : ids) {
      const auto row = values.begin() + id * width;
      rows.insert(rows.end(), row, row + width);
    }
    return rows;
  };
  const auto count = static_cast<int64_t>(ids.size());
  if (!bytes_.empty()) return {chosen(bytes_, dim_), chosen(scales_, 1), chosen(bias_, 1), count, dim_};
  return {chosen(floats_, dim_), chosen(bias_, 1), count, dim_};
}

void OutputTable::rank_subset(const PackedMatrix& table, std::span<const int32_t> ids, const Matrix& rows,
                              int64_t row, std::span<TopTokens> rankings) {
  const auto count = static_cast<int64_t>(rankings.size());
  Matrix part(count, table.out());
  multiply(table, rows.row(row), count, part.values.data());
  const Timed timed(Operation::ranking);
  for (int64_t i = 0; i < count; ++i)
    rankings[static_cast<size_t>(i)].add({part.row(i), static_cast<size_t>(part.cols)}, ids);
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
