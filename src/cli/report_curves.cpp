#include "cli/report_curves.h"

#include <algorithm>
#include <cmath>

namespace heed::cli {
namespace {

Series series(const Run& run, const std::string& split, const std::string& metric, const std::string& name) {
  constexpr double kFar = 1e300;  // what no chart can show
  Series line{name, {}};
  for (const RunPoint& point : run.points) {
    const auto at = point.values.find(metric);
    if (point.split != split || at == point.values.end() || !(std::abs(at->second) < kFar)) continue;
    line.points.emplace_back(static_cast<double>(point.step), at->second);
  }
  return line;
}

void add(std::vector<Chart>& charts, Chart chart) {
  std::erase_if(chart.series, [](const Series& each) { return each.points.empty(); });
  if (!chart.series.empty()) charts.push_back(std::move(chart));
}

// Metric -> its names in the file: "accuracy", or "intent/accuracy" and "tone/accuracy" where a model has
// several heads (the bare name then repeats the first head's).
std::vector<std::pair<std::string, std::vector<std::string>>> validation_metrics(const Run& run) {
  std::map<std::string, std::vector<std::string>> found;
  for (const RunPoint& point : run.points) {
    if (point.split != "valid") continue;
    for (const auto& [name, value] : point.values) {
      auto& names = found[name.substr(name.rfind('/') + 1)];
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  for (auto& [metric, names] : found) {
    if (names.size() > 1) std::erase(names, metric);
  }
  return {found.begin(), found.end()};
}

}  // namespace

std::vector<Chart> curves(const Run& run, const Words& words) {
  std::optional<double> best_step;
  if (const RunPoint* best = best_point(run, run.key("train.metric")))
    best_step = static_cast<double>(best->step);
  const std::string training = words("training", "训练"), validation = words("validation", "验证");
  std::vector<Chart> charts;
  add(charts, {words.metric("loss"),
               {series(run, "valid", "loss", validation), series(run, "train", "loss", training)},
               best_step});
  for (const auto& [metric, names] : validation_metrics(run)) {
    if (metric == "loss") continue;
    Chart chart{words.metric(metric), {}, best_step};
    for (const std::string& name : names) {
      const size_t slash = name.rfind('/');
      chart.series.push_back(
          series(run, "valid", name, slash == std::string::npos ? validation : name.substr(0, slash)));
    }
    add(charts, std::move(chart));
  }
  for (const char* name : {"learning_rate", "tokens_per_second"}) {
    add(charts, {words.metric(name), {series(run, "train", name, training)}, std::nullopt});
  }
  return charts;
}

}  // namespace heed::cli
