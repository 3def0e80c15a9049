#pragma once

#include <vector>

namespace heed::metrics {

// x of a x = b for a symmetric positive definite a [n, n], whose lower half alone is read, by Cholesky's
// factors; small and dense: what Newton's method and least squares of a few figures need.
std::vector<double> solve_positive_definite(std::vector<double> a, std::vector<double> b);

}  // namespace heed::metrics
