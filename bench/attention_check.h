#pragma once

#include <string>

#include "attention_problem.h"

// Before anything is timed: the same numbers as the reference has. Each throws heed::Error that names the
// case, the place, what was expected and what was found.
namespace heed::bench {

// `found` against `expected`, both [rows, H, K] or any other two lists of one length: within `tolerance` of
// the greatest expected magnitude.
void require_close(const std::string& what, const std::vector<float>& found,
                   const std::vector<float>& expected, double tolerance);

// problem.output, as problem.forward() left it, in some 64 rows spread over all sequences: the reference
// takes a minute for all rows of a long text.
void check_forward(const std::string& what, const Problem& problem, double tolerance = 1e-4);

// As check_forward, for other inputs of the same shape and variant.
void check_rows(const std::string& what, const attention::Variant& variant,
                const attention::Inputs<float>& inputs, const std::vector<float>& output, double tolerance);

// problem.d_query, d_key and d_value, in one head of the first and of the last sequence.
void check_backward(const std::string& what, const Problem& problem);

// A tap that problem.forward() filled, in one head of a problem of one sequence. Links may stand in another
// order where their weights are nearly the same, so weights, entropy and received mass are compared.
void check_tap(const std::string& what, const Problem& problem, const attention::Tap& tap);

}  // namespace heed::bench
