#include "cli/comparison_report.h"

#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "cli/text_table.h"
#include "metrics/significance.h"
#include "model/verify.h"

namespace heed::cli {
namespace {

using Cells = std::vector<std::string>;

// "-74.2 %" from a to b; nothing where a is 0.
std::string change(double before, double after) {
  return before == 0 ? "" : fmt::format("{:+.2f} %", 100 * (after / before - 1));
}

Cells count_row(const char* name, uint64_t before, uint64_t after) {
  return {name, std::to_string(before), std::to_string(after),
          change(static_cast<double>(before), static_cast<double>(after))};
}

Cells figure_row(const Figure& before, const Figure& after) {
  switch (before.kind) {
    case Figure::Kind::score:
      return {before.name, fmt::format("{:.2f}", before.value), fmt::format("{:.2f}", after.value),
              fmt::format("{:+.2f}", after.value - before.value)};
    case Figure::Kind::share:
      return {before.name, fmt::format("{:.2f} %", 100 * before.value),
              fmt::format("{:.2f} %", 100 * after.value),
              fmt::format("{:+.2f}", 100 * (after.value - before.value))};
    case Figure::Kind::loss:
      return {before.name, fmt::format("{:.5f}", before.value), fmt::format("{:.5f}", after.value),
              change(before.value, after.value)};
  }
  return {};
}

double rows_per_second(const Measured& measured) {
  return measured.seconds > 0 ? static_cast<double>(measured.rows) / measured.seconds : 0;
}

metrics::PairedComparison compare(const ComparisonReport& report) {
  const Measured &before = report.before.measured, &after = report.after.measured;
  return metrics::paired_bootstrap(before.rows, before.first, after.first);
}

Json to_json(const ComparedSide& side) {
  Json json{{"model", side.path},
            {"precision", to_string(side.precision)},
            {"parameters", side.parameters},
            {"weight_bytes", side.weight_bytes},
            {"bytes", side.bytes}};
  if (side.measured.rows == 0) return json;
  for (const Figure& figure : side.measured.figures) json[figure.key] = figure.value;
  json["rows_per_second"] = rows_per_second(side.measured);
  return json;
}

}  // namespace

ComparedSide describe_side(const ModelDirectory& model) {
  const std::filesystem::path run = model.path / "run";
  return {.path = model.path.string(),
          .precision = weight_precision(model.weights),
          .parameters = count_parameters(model),
          .weight_bytes = std::filesystem::file_size(model.weights.path()),
          .bytes = folder_bytes(model.path) - (std::filesystem::exists(run) ? folder_bytes(run) : 0),
          .measured = {}};
}

std::string to_text(const ComparisonReport& report) {
  const ComparedSide &before = report.before, &after = report.after;
  std::vector<Cells> rows = {{"", "before", "after", "change"},
                             {"precision", to_string(before.precision), to_string(after.precision)}};
  if (before.parameters != after.parameters)
    rows.push_back(count_row("parameters", before.parameters, after.parameters));
  rows.push_back(count_row("bytes of weights", before.weight_bytes, after.weight_bytes));
  rows.push_back(count_row("bytes on the disk", before.bytes, after.bytes));
  if (report.weight_error)
    rows.push_back({"error of weights", "", fmt::format("{:.3f} %", 100 * *report.weight_error)});
  if (report.products)
    rows.push_back({"error of products", "", fmt::format("{:.3f} %", 100 * report.products->fitted)});
  if (before.measured.rows > 0) {
    for (size_t i = 0; i < before.measured.figures.size(); ++i)
      rows.push_back(figure_row(before.measured.figures[i], after.measured.figures[i]));
    const double old_speed = rows_per_second(before.measured), speed = rows_per_second(after.measured);
    rows.push_back({report.unit + " a second", fmt::format("{:.1f}", old_speed), fmt::format("{:.1f}", speed),
                    change(old_speed, speed)});
  }
  std::string text = text_table(rows, {1, 2, 3});
  if (report.products) {
    text += fmt::format("calibrated: rounded to the nearest, the products would be off by {:.3f} %\n",
                        100 * report.products->nearest);
  }
  if (before.measured.rows > 0) {
    const metrics::PairedComparison luck = compare(report);
    const double unit = before.measured.figures[0].kind == Figure::Kind::share ? 100 : 1;
    text += fmt::format(
        "measured on {} {}; {} changed by {:+.2f} to {:+.2f} in 95 % of resamples, p = {:.2f}\n",
        before.measured.rows, report.unit, before.measured.figures[0].name,
        unit * luck.difference_interval.lower, unit * luck.difference_interval.upper, luck.p_value);
  }
  return text + "wrote " + after.path + "\n";
}

Json to_json(const ComparisonReport& report) {
  Json json{{"before", to_json(report.before)},
            {"after", to_json(report.after)},
            {"rows", report.before.measured.rows}};
  if (report.weight_error) json["weight_error"] = *report.weight_error;
  if (report.products)
    json["product_error"] = {{"nearest", report.products->nearest}, {"calibrated", report.products->fitted}};
  if (report.before.measured.rows == 0) return json;
  const metrics::PairedComparison luck = compare(report);
  json["paired_bootstrap"] = {{"figure", report.before.measured.figures[0].key},
                              {"lower", luck.difference_interval.lower},
                              {"upper", luck.difference_interval.upper},
                              {"p_value", luck.p_value}};
  return json;
}

}  // namespace heed::cli
