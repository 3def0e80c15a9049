#include "cli/run_figures.h"

#include <algorithm>

#include "metrics/direction.h"

namespace heed::cli {
namespace {

using Figures = std::map<std::string, std::map<std::string, double>>;

FigureRow plain_row(const std::string& name, std::vector<std::optional<double>> values, bool whole) {
  std::vector<bool> none(values.size(), false);
  return {.name = name, .values = std::move(values), .whole = whole, .best = std::move(none)};
}

FigureRow metric_row(const std::vector<Figures>& all, const std::string& split, const std::string& metric) {
  std::vector<std::optional<double>> values;
  for (const Figures& figures : all) {
    const auto of_split = figures.find(split);
    const bool known = of_split != figures.end() && of_split->second.contains(metric);
    values.push_back(known ? std::optional(of_split->second.at(metric)) : std::nullopt);
  }
  FigureRow row = plain_row(split + " " + metric, values, metric == "rows");
  std::erase(values, std::nullopt);
  const auto [least, most] = std::ranges::minmax_element(values);
  if (row.whole || values.empty() || *least == *most) return row;
  const double best = **(metrics::greater_is_better(metric) ? most : least);
  for (size_t i = 0; i < row.values.size(); ++i) row.best[i] = row.values[i] == best;
  return row;
}

}  // namespace

Figures final_figures(const Run& run) {
  Figures figures;
  if (run.metrics.is_object() && run.metrics.contains("splits")) {
    for (const auto& [split, values] : run.metrics["splits"].items()) {
      for (const auto& [name, value] : values.items()) {
        if (value.is_number()) figures[split][name] = value.get<double>();
      }
    }
  } else if (const RunPoint* best = best_point(run, run.key("train.metric"))) {
    figures["valid"] = best->values;
  }
  return figures;
}

std::vector<FigureRow> compare_figures(const std::vector<Run>& runs) {
  std::vector<Figures> all;
  Figures names;  // every split and metric of any of them
  std::vector<std::optional<double>> parameters, epochs, minutes;
  for (const Run& run : runs) {
    all.push_back(final_figures(run));
    for (const auto& [split, values] : all.back()) names[split].insert(values.begin(), values.end());
    parameters.push_back(run.parameters());
    epochs.push_back(run.epochs());
    minutes.push_back(run.minutes());
  }
  std::vector<FigureRow> rows;
  for (const auto& [split, metrics] : names) {
    for (const auto& [metric, ignored] : metrics) rows.push_back(metric_row(all, split, metric));
  }
  rows.push_back(plain_row("parameters", parameters, true));
  rows.push_back(plain_row("epochs", epochs, true));
  rows.push_back(plain_row("minutes", minutes, false));
  return rows;
}

}  // namespace heed::cli
