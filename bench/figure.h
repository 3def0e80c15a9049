#pragma once

#include <functional>
#include <optional>
#include <string>

#include "in_turn.h"

// What a row measures, a figure a line.
namespace heed::bench {

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

// `change` of every value, lowest first again.
Spread map(const Spread& spread, const std::function<double(double)>& change);

// How many times as fast as `plain`, named `name`, `own` is; both in ms.
struct SpeedUp {
  std::string key, text, name;
  Beside kind = Beside::limit;
};
Figure speed_up(const SpeedUp& what, const Work& plain, const Work& own);

// Milliseconds of both sides; `name` is of the first.
Measured milliseconds(const InTurn& times, const std::string& name, Beside kind = Beside::limit);

}  // namespace heed::bench
