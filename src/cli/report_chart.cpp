#include "cli/report_chart.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace heed::cli {
namespace {

// The drawing's own units; the page scales it.
constexpr double kWidth = 420, kHeight = 230, kLeft = 54, kRight = 10, kTop = 10, kBottom = 36;
constexpr size_t kMostPoints = 1000, kMostDots = 60;

struct Range {
  double low = 0, high = 1;
};

// Where values of the data land on the drawing.
struct Frame {
  Range x, y;

  double across(double step) const {
    return kLeft + (step - x.low) / (x.high - x.low) * (kWidth - kLeft - kRight);
  }
  double down(double value) const {
    return kHeight - kBottom - (value - y.low) / (y.high - y.low) * (kHeight - kTop - kBottom);
  }
};

Range widened(Range range, double share) {
  const double size = range.high - range.low;
  const double room = size > 0 ? share * size : std::max(std::abs(range.high) * 0.1, 1e-9);
  return {range.low - room, range.high + room};
}

Frame frame_of(const Chart& chart) {
  constexpr double kFar = 1e300;
  Range x{kFar, -kFar}, y{kFar, -kFar};
  for (const Series& series : chart.series) {
    for (const auto& [step, value] : series.points) {
      x = {std::min(x.low, step), std::max(x.high, step)};
      y = {std::min(y.low, value), std::max(y.high, value)};
    }
  }
  const bool positive = y.low >= 0;
  Frame frame{widened(x, 0.0), widened(y, 0.06)};
  if (positive) frame.y.low = std::max(frame.y.low, 0.0);
  if (x.low == x.high) frame.x = {x.low - 1, x.high + 1};
  return frame;
}

std::vector<std::pair<double, double>> thinned(const std::vector<std::pair<double, double>>& points) {
  if (points.size() <= kMostPoints) return points;
  std::vector<std::pair<double, double>> kept;
  for (size_t i = 0; i < kMostPoints; ++i)
    kept.push_back(points[i * (points.size() - 1) / (kMostPoints - 1)]);
  return kept;
}

std::string number(double value) {
  return std::abs(value) >= 10000 ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

// 12000 as 12k, so that it fits beside the axis.
std::string tick_label(double value) {
  if (std::abs(value) >= 1e6) return fmt::format("{:g}M", value / 1e6);
  if (std::abs(value) >= 1e4) return fmt::format("{:g}k", value / 1e3);
  return fmt::format("{:.6g}", value);
}

std::string axes(const Frame& frame, const Words& words) {
  std::string svg;
  for (const double value : ticks(frame.y.low, frame.y.high, 5)) {
    svg += fmt::format(
        "<path class=\"grid\" d=\"M{:.1f} {:.1f}H{:.1f}\"/><text class=\"y\" x=\"{:.1f}\" "
        "y=\"{:.1f}\">{}</text>",
        kLeft, frame.down(value), kWidth - kRight, kLeft - 6, frame.down(value) + 4, tick_label(value));
  }
  const double floor = kHeight - kBottom;
  for (const double step : ticks(frame.x.low, frame.x.high, 5)) {
    if (step != std::floor(step)) continue;
    svg += fmt::format(
        "<path class=\"axis\" d=\"M{0:.1f} {1:.1f}v4\"/><text class=\"x\" x=\"{0:.1f}\" "
        "y=\"{2:.1f}\">{3}</text>",
        frame.across(step), floor, floor + 17, tick_label(step));
  }
  return svg + fmt::format(
                   "<path class=\"axis\" d=\"M{0:.1f} {1:.1f}V{2:.1f}H{3:.1f}\"/>"
                   "<text class=\"x at\" x=\"{4:.1f}\" y=\"{5:.1f}\">{6}</text>",
                   kLeft, kTop, floor, kWidth - kRight, (kLeft + kWidth - kRight) / 2, kHeight - 4,
                   escape_html(words("step", "步")));
}

std::string line(const Series& series, size_t colour, const Frame& frame, const Words& words) {
  const auto points = thinned(series.points);
  std::string path, data, dots;
  for (const auto& [step, value] : points) {
    const double x = frame.across(step), y = frame.down(value);
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x, y);
    data += fmt::format("{}{:.0f},{}", data.empty() ? "" : " ", step, number(value));
    if (points.size() > kMostDots) continue;
    dots += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\"><title>{}</title></circle>", x, y,
        escape_html(fmt::format("{} {:.0f}: {} {}", words("step", "步"), step, series.name, number(value))));
  }
  return fmt::format("<g class=\"s{}\" data-points=\"{}\"><path d=\"{}\"/>{}</g>", colour, data, path, dots);
}

std::string legend(const Chart& chart) {
  std::string html;
  for (size_t i = 0; i < chart.series.size(); ++i) {
    const Series& series = chart.series[i];
    html += fmt::format("<span class=\"key s{}\">{} <b>{}</b></span>", i % 6, escape_html(series.name),
                        number(series.points.back().second));
  }
  return html;
}

}  // namespace

std::vector<double> ticks(double low, double high, int count) {
  const double raw = (high - low) / count;
  if (!(raw > 0) || !std::isfinite(raw)) return {};
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double share = raw / power;
  const double step = power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
  std::vector<double> values;
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i)
    values.push_back(i * step + 0.0);
  return values;
}

std::string to_html(const Chart& chart, const Words& words) {
  const Frame frame = frame_of(chart);
  std::string svg = axes(frame, words);
  if (chart.best_step) {
    svg +=
        fmt::format("<path class=\"best\" d=\"M{:.1f} {}V{}\"><title>{}</title></path>",
                    frame.across(*chart.best_step), kTop, kHeight - kBottom,
                    escape_html(fmt::format("{} {:.0f}", words("best: step", "最佳：步"), *chart.best_step)));
  }
  for (size_t i = 0; i < chart.series.size(); ++i) svg += line(chart.series[i], i % 6, frame, words);
  return fmt::format(
      "<figure class=\"chart\"><figcaption><strong>{}</strong>{}</figcaption>"
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" data-low=\"{}\" data-high=\"{}\" "
      "data-left=\"{}\" "
      "data-right=\"{}\" data-step=\"{}\">{}<path class=\"hair\" d=\"M0 {}V{}\"/></svg></figure>\n",
      escape_html(chart.title), legend(chart), kWidth, kHeight, escape_html(chart.title), frame.x.low,
      frame.x.high, kLeft, kWidth - kRight, escape_html(words("step", "步")), svg, kTop, kHeight - kBottom);
}

}  // namespace heed::cli
