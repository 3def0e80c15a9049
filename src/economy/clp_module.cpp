// The whole of libheed_clp.so: see linear_program.h. Nothing here lets an exception out.
#include <exception>

#include <coin/ClpPresolve.hpp>
#include <coin/ClpSimplex.hpp>
#include <coin/ClpSolve.hpp>
#include <coin/CoinPackedMatrix.hpp>

#include "economy/linear_program.h"

namespace heed::economy {
namespace {

std::vector<double> bounds(const std::vector<double>& values) {
  std::vector<double> out = values;
  for (double& value : out) value = std::min(std::max(value, -COIN_DBL_MAX), COIN_DBL_MAX);
  return out;
}

LinearStatus status_of(const ClpSimplex& model) {
  if (model.isProvenOptimal()) return LinearStatus::optimal;
  if (model.isProvenPrimalInfeasible()) return LinearStatus::infeasible;
  if (model.isProvenDualInfeasible()) return LinearStatus::unbounded;
  return model.status() == 3 ? LinearStatus::out_of_time : LinearStatus::failed;
}

void solve_or_throw(const LinearProgram& program, LinearSolution& solution) {
  const auto columns = static_cast<int>(program.objective.size()),
             rows = static_cast<int>(program.low.size());
  const std::vector<CoinBigIndex> begins(program.begins.begin(), program.begins.end());
  ClpSimplex model;
  model.setLogLevel(0);
  model.setMaximumSeconds(program.seconds);
  const std::vector<double> lower(program.objective.size(), 0.0), upper = bounds(program.upper);
  const std::vector<double> low = bounds(program.low), high = bounds(program.high);
  std::vector<double> cost = program.objective;  // CLP minimises
  for (double& one : cost) one = -one;
  model.loadProblem(columns, rows, begins.data(), program.rows.data(), program.coefficients.data(),
                    lower.data(), upper.data(), cost.data(), low.data(), high.data());
  ClpSolve how;
  how.setSolveType(ClpSolve::automatic);
  how.setPresolveType(ClpSolve::presolveOn);
  model.initialSolve(how);
  solution.status = status_of(model);
  solution.objective = -model.objectiveValue();
  solution.x.assign(model.primalColumnSolution(), model.primalColumnSolution() + columns);
  solution.prices.resize(program.low.size());
  for (int r = 0; r < rows; ++r) solution.prices[static_cast<size_t>(r)] = -model.dualRowSolution()[r];
}

void solve(const LinearProgram& program, LinearSolution& solution) {
  try {
    solve_or_throw(program, solution);
  } catch (...) {
    solution.status = LinearStatus::failed;
  }
}

}  // namespace
}  // namespace heed::economy

extern "C" __attribute__((visibility("default"))) heed::economy::SolveLinear heed_clp_solve() {
  return heed::economy::solve;
}
