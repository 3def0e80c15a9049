#include "report.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

// As src/attention/fused.cpp: no kernels for vectors of unknown length.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/highway.h>

#include "base/error.h"
#include "table.h"

namespace heed::bench {
namespace {

struct Options {
  std::string row;  // empty: all
  bool json = false;
};

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--json") {
      options.json = true;
    } else if (word == "--row" && i + 1 < argc) {
      options.row = argv[++i];
    } else {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("expected [--row NAME] [--json], found '{}'", word));
    }
  }
  if (options.json && options.row.empty()) {
    throw Error(ErrorCode::invalid_argument, "--json prints one row: expected --row NAME beside it");
  }
  return options;
}

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown cpu";
}

// The last word of a key: GFLOP/s has gflops.
std::string in_key(std::string_view unit) {
  std::string word;
  for (const char c : unit) {
    if (c == '/') continue;
    word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return word;
}

nlohmann::ordered_json to_json(std::string_view row, const std::vector<Figure>& figures) {
  auto values = nlohmann::ordered_json::object(), spreads = values;
  for (const Figure& figure : figures) {
    values[figure.key] = figure.value.median;
    if (figure.rounds > 1) {
      spreads[figure.key] = {
          {"low", figure.value.low}, {"high", figure.value.high}, {"rounds", figure.rounds}};
    }
    if (!figure.measured) continue;
    const std::string key = figure.key + "_" + in_key(figure.measured->unit);
    values[key] = figure.measured->own;
    values[key + (figure.measured->kind == Beside::limit ? ".limit" : ".peer")] = figure.measured->beside;
  }
  return {{"row", row},
          {"values", values},
          {"quality", {{"instructions", instruction_set()}, {"figures", spreads}}}};
}

// False where this build cannot measure it.
bool measure_row(const BenchRow& row, bool json) {
  if (!row.measure) {
    fmt::print("{:<22}{}\n", row.name, row.needs);
    return false;
  }
  const std::vector<Figure> figures = row.measure();
  for (const Figure& figure : figures) print_figure(row.name, figure, &figure == &figures.front());
  if (json) fmt::print("{}\n", to_json(row.name, figures).dump());
  return true;
}

int measure_rows(const std::vector<BenchRow>& rows, const std::string& title, const Options& options) {
  const auto wanted = [&](const BenchRow& row) { return options.row.empty() || options.row == row.name; };
  if (std::none_of(rows.begin(), rows.end(), wanted)) {
    fmt::print("no row '{}' here; without --row, every row is measured\n", options.row);
    return 2;
  }
  fmt::print("{}: {}, {} instructions\n\n", title, cpu_name(), instruction_set());
  print_heading();
  bool any = false;
  for (const BenchRow& row : rows) {
    if (wanted(row)) any |= measure_row(row, options.json);
  }
  return any ? 0 : 2;
}

}  // namespace

std::string instruction_set() {
  const auto usable = static_cast<uint64_t>(hwy::SupportedTargets() & HWY_TARGETS);
  return hwy::TargetName(static_cast<int64_t>(usable & (~usable + 1)));  // the lowest bit is the best
}

int run_rows(const std::vector<BenchRow>& rows, const std::string& title, int argc, char** argv) {
  try {
    return measure_rows(rows, title, read_options(argc, argv));
  } catch (const std::exception& error) {
    std::fflush(stdout);
    fmt::print(stderr, "{}: {}\n", argv[0], error.what());
    return 1;
  }
}

}  // namespace heed::bench
