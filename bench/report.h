#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "figure.h"

// What a benchmark program prints: a table for a person and, asked for one row, a line of JSON for
// bench/harness.py.
namespace heed::bench {

// A row of the table. `measure` throws heed::Error where a result is not what it should be; it is empty where
// this build lacks what the row needs, which `needs` names.
struct BenchRow {
  std::string_view name;
  std::function<std::vector<Figure>()> measure;
  std::string_view needs = "";
};

// The main of such a program:
//   PROGRAM [--row NAME] [--json]
// prints a table of every row, or of one, as it is measured; --json ends it with a line
// {"row", "values": {key: value}, "quality": {"instructions", "figures": {key: {"low", "high", "rounds"}}}}.
// Returns the exit status: 0 measured (bars are judged by bench/run.py), 1 a result was wrong, 2 nothing to
// measure.
int run_rows(const std::vector<BenchRow>& rows, const std::string& title, int argc, char** argv);

// The vector instructions that the kernels choose on this machine, as Highway names them.
std::string instruction_set();

}  // namespace heed::bench
