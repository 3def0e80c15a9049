#include "economy/linear_program.h"

#include <limits>

#include "base/error.h"
#include "base/module.h"

namespace heed::economy {

LinearSolution solve_linear(const LinearProgram& program) {
  if (program.rows.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    throw Error(ErrorCode::too_large,
                "linear program: expected fewer than 2^31 entries; solve by prices instead (--solver dual)");
  static const auto solve = reinterpret_cast<SolveLinear (*)()>(
      open_module({.file = "libheed_clp.so", .entry = "heed_clp_solve", .rival = ""}))();
  LinearSolution solution;
  solve(program, solution);
  if (solution.status == LinearStatus::failed)
    throw Error(ErrorCode::internal,
                "linear program: CLP gave up on it; solve by prices instead (--solver dual)");
  return solution;
}

}  // namespace heed::economy
