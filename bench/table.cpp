#include "table.h"

#include <cmath>
#include <cstdio>

#include <fmt/core.h>

#include "bars.h"
#include "base/error.h"

namespace heed::bench {
namespace {

constexpr const char* kLine = "{:<22}{:<26}{:>12}  {:<18}{:<38}{}\n";

const Bar& find_bar(std::string_view row, std::string_view key) {
  for (const Bar& bar : kBars) {
    if (bar.row == row && bar.key == key) return bar;
  }
  throw Error(ErrorCode::internal, fmt::format("bench/rows.py has no part '{}' in row '{}'", key, row));
}

bool holds(const Bar& bar, double value) { return bar.op == ">=" ? value >= bar.bar : value <= bar.bar; }

std::string bar_text(const Bar& bar, double value) {
  if (bar.op.empty()) return "reported";
  return fmt::format("{} {:g}  {}", bar.op, bar.bar, holds(bar, value) ? "holds" : "MISSED");
}

// Three figures that count where two decimals hold them, five decimals where they do not.
std::string number(double value) {
  const double size = std::abs(value);
  const int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.01 || size == 0 ? 2 : 5;
  return fmt::format("{:.{}f}", value, decimals);
}

std::string value_text(const Figure& figure, std::string_view unit) {
  std::string text = fmt::format("{} {}", number(figure.value.median), unit);
  if (figure.rounds > 1)
    text += fmt::format(" ({}..{})", number(figure.value.low), number(figure.value.high));
  return text;
}

}  // namespace

void print_heading() {
  fmt::print(kLine, "row", "case", "measured", "limit or peer", "ratio (half of the rounds)", "bar");
}

void print_figure(std::string_view row, const Figure& figure, bool is_first) {
  const Bar& bar = find_bar(row, figure.key);
  std::string own, beside;
  if (figure.measured) {
    own = fmt::format("{} {}", number(figure.measured->own), figure.measured->unit);
    beside = fmt::format("{} {}", figure.measured->name, number(figure.measured->beside));
  }
  fmt::print(kLine, is_first ? row : "", figure.text, own, beside, value_text(figure, bar.unit),
             bar_text(bar, figure.value.median));
  std::fflush(stdout);
}

}  // namespace heed::bench
