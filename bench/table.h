#pragma once

#include <string_view>

#include "figure.h"

namespace heed::bench {

// A bar of bench/rows.py, from which bars.h is made. `op` is ">=" or "<=", empty where nothing is promised.
struct Bar {
  std::string_view row, key, unit, op;
  double bar;
};

void print_heading();

// One line: the case, what was measured and what stands beside it, the value with the quartiles of its
// rounds, the bar of bench/rows.py and whether it holds. Throws heed::Error where rows.py lacks the part.
void print_figure(std::string_view row, const Figure& figure, bool is_first);

}  // namespace heed::bench
