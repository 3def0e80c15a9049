#pragma once

#include <cstdint>
#include <vector>

namespace heed::economy {

// Greatest objective x over 0 <= x <= upper with low <= A x <= high. A by columns: the entries of column c
// are [begins[c], begins[c + 1]).
struct LinearProgram {
  std::vector<double> objective, upper;  // [columns]
  std::vector<int64_t> begins = {0};     // [columns + 1]
  std::vector<int32_t> rows;             // [entries]
  std::vector<double> coefficients;      // [entries]
  std::vector<double> low, high;         // [rows], infinite where there is none
  double seconds = 1e9;                  // the longest it may take

  void add_column(double worth, double most) {
    objective.push_back(worth);
    upper.push_back(most);
    begins.push_back(static_cast<int64_t>(rows.size()));
  }
  // Into the column that was added last.
  void add_entry(int32_t row, double coefficient) {
    rows.push_back(row);
    coefficients.push_back(coefficient);
    begins.back() = static_cast<int64_t>(rows.size());
  }
};

enum class LinearStatus { optimal, infeasible, unbounded, out_of_time, failed };

struct LinearSolution {
  LinearStatus status = LinearStatus::failed;
  double objective = 0;
  std::vector<double> x;       // [columns]
  std::vector<double> prices;  // [rows]: what one more of a row's binding side would bring
};

// Solves with CLP's simplex, presolved. CLP stands in a module of its own, libheed_clp.so, opened when first
// needed: it brings LAPACK, a BLAS and OpenMP, which nothing else of `heed` needs and which take time to
// load. Throws not_found where the module is not beside the program, too_large above 2^31 entries.
LinearSolution solve_linear(const LinearProgram& program);

// The module's entry: fills the solution; lets no exception out.
using SolveLinear = void (*)(const LinearProgram& program, LinearSolution& solution);

}  // namespace heed::economy
