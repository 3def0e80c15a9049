#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "in_turn.h"

// What a benchmark program prints: a table for a person and, asked for one row, a line of JSON for
// bench/harness.py.
namespace heed::bench {

// A bar of bench/rows.py, from which bars.h is made. `op` is ">=" or "<=", empty where nothing is promised.
struct Bar {
  std::string_view row, key, unit, op;
  double bar;
};

// What a figure is held against, and what it is in the JSON: the machine's limit or another program's figure.
enum class Beside { limit, peer };

// A measured figure and what was measured beside it, in the same unit.
struct Measured {
  std::string unit;  // also ends its key: t2048 has t2048_gflops
  double own = 0;
  double beside = 0;
  std::string name;  // of what stands beside it
  Beside kind = Beside::limit;
};

// One line of a row: `value` is held against the bar of the part `key`.
struct Figure {
  std::string key;
  std::string text;  // the case
  Spread value;
  std::optional<Measured> measured = std::nullopt;
  int rounds = 1;
};

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
