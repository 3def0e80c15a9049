#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/html.h"

namespace heed::cli {

using apps::escape_html;
using apps::Words;

struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;  // step, value
};

struct Chart {
  std::string title;
  std::vector<Series> series;       // at most six colours
  std::optional<double> best_step;  // marked by an upright line
};

// Round numbers from at or above `low` to at or below `high`, about `count` of them.
std::vector<double> ticks(double low, double high, int count);

// A <figure> with one SVG: axes, ticks, legend; every point bears its values as a tooltip, and the page's
// script shows those of the step under the pointer in the legend. At most 1000 points a series are drawn.
std::string to_html(const Chart& chart, const Words& words);

}  // namespace heed::cli
