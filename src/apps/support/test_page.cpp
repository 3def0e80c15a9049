#include <algorithm>
#include <functional>
#include <numeric>

#include <fmt/format.h>

#include "apps/console.h"
#include "apps/html.h"
#include "apps/report_style.h"
#include "apps/report_table.h"
#include "apps/support/test_report.h"

namespace heed::apps::support {
namespace {

constexpr double kWidth = 480, kHeight = 260, kLeft = 46, kTop = 10, kRight = 10, kBottom = 34;
constexpr size_t kMostPoints = 400, kMostRows = 100;

std::string section(const std::string& title, const std::string& hint, const std::string& content) {
  return "<section><h2>" + escape_html(title) + "</h2>\n<p class=\"hint\">" + escape_html(hint) + "</p>\n" +
         content + "</section>\n";
}

std::string tile(const std::string& name, const std::string& value) {
  return "<div class=\"tile\"><span>" + escape_html(name) + "</span><b>" + escape_html(value) + "</b></div>";
}

std::string percent(double share) { return fixed(100 * share, 1) + " %"; }

double x_of(double share) { return kLeft + share * (kWidth - kLeft - kRight); }
double y_of(double share) { return kHeight - kBottom - share * (kHeight - kTop - kBottom); }

// Grid and labels of both axes from 0 to 1, the upright one scaled to `most`.
std::string axes(const std::string& across, double most, int decimals, bool as_percent) {
  std::string svg;
  for (int i = 0; i <= 5; ++i) {
    const double share = i / 5.0;
    const std::string label =
        as_percent ? fixed(100 * share * most, decimals) + " %" : fixed(share * most, decimals);
    svg += fmt::format(
        "<line x1=\"{}\" y1=\"{:.1f}\" x2=\"{}\" y2=\"{:.1f}\" stroke=\"var(--rule)\"/>"
        "<text class=\"y\" x=\"{}\" y=\"{:.1f}\">{}</text><text class=\"x\" x=\"{:.1f}\" "
        "y=\"{}\">{}</text>\n",
        kLeft, y_of(share), kWidth - kRight, y_of(share), kLeft - 5, y_of(share) + 4, label, x_of(share),
        kHeight - kBottom + 15, fixed(share, 1));
  }
  return svg + fmt::format("<text class=\"x\" x=\"{:.1f}\" y=\"{}\">{}</text>\n", x_of(0.5), kHeight - 4,
                           escape_html(across));
}

std::string figure(const std::string& content) {
  return fmt::format("<figure class=\"chart\"><svg viewBox=\"0 0 {} {}\" role=\"img\">\n{}</svg></figure>\n",
                     kWidth, kHeight, content);
}

std::string curve_figure(const TestReport& report, const Words& words) {
  double most = 0.01;
  for (const auto& point : report.curve) most = std::max(most, point.error);
  std::string path;
  const size_t step = std::max<size_t>(1, report.curve.size() / kMostPoints);
  for (size_t i = 0; i < report.curve.size(); ++i) {
    if (i % step != 0 && i + 1 != report.curve.size()) continue;
    const auto& point = report.curve[i];
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x_of(point.coverage),
                        y_of(point.error / most));
  }
  return figure(axes(words("share of the questions that is answered", "自动回答的问题占比"), most, 1, true) +
                "<path d=\"" + path + "\" fill=\"none\" stroke=\"var(--c1)\" stroke-width=\"2\"/>\n");
}

std::string histogram_figure(const TestReport& report, const Words& words) {
  int64_t most = 1;
  for (const auto& bar : report.histogram) most = std::max(most, bar.right + bar.wrong);
  std::string svg = axes(words("confidence", "置信度"), static_cast<double>(most), 0, false);
  for (const auto& bar : report.histogram) {
    const double left = x_of(bar.lower) + 1, width = x_of(bar.upper) - x_of(bar.lower) - 2;
    const auto block = [&](int64_t from, int64_t count, const char* colour) {
      const double top = y_of(static_cast<double>(from + count) / static_cast<double>(most));
      const double bottom = y_of(static_cast<double>(from) / static_cast<double>(most));
      svg += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"rgb(var({}))\"/>\n",
          left, top, width, bottom - top, colour);
    };
    svg += "<g><title>" +
           escape_html(fmt::format("{}-{}: {} {}, {} {}", fixed(bar.lower, 1), fixed(bar.upper, 1), bar.right,
                                   words("right", "正确"), bar.wrong, words("wrong", "错误"))) +
           "</title>";
    block(0, bar.wrong, "--wrong");
    block(bar.wrong, bar.right, "--right");
    svg += "</g>";
  }
  return figure(svg);
}

std::string coverage_table(const TestReport& report, const Words& words) {
  Table table{{words("wrong answers at most", "错误回答上限"), words("answered", "可自动回答"),
               words("from a confidence of", "置信度门槛")},
              {},
              {1, 2}};
  for (const double error : {0.01, 0.02, 0.05, 0.1}) {
    const TestReport::Point point = report.best_coverage(error);
    table.rows.push_back({percent(error), percent(point.coverage), fixed(point.threshold, 2)});
  }
  return to_html(table);
}

std::string intents_table(const TestReport& report, const Words& words) {
  Table table{{words("intent", "意图"), words("precision", "精确率"), words("recall", "召回率"), "F1",
               words("examples", "样本数")},
              {},
              {1, 2, 3, 4}};
  std::vector<size_t> order(report.intents.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&](size_t i) { return report.scores[i].f1; });
  for (const size_t i : order) {
    const metrics::ClassScores& scores = report.scores[i];
    table.rows.push_back({escape_html(report.intents[i]), percent(scores.precision), percent(scores.recall),
                          percent(scores.f1), std::to_string(scores.support)});
  }
  return to_html(table);
}

std::string confusions_table(const TestReport& report, const Words& words) {
  struct Cell {
    int64_t count, truth, given;
  };
  std::vector<Cell> cells;
  for (int64_t truth = 0; truth < report.matrix.classes; ++truth) {
    for (int64_t given = 0; given < report.matrix.classes; ++given) {
      if (truth != given && report.matrix.at(truth, given) > 0)
        cells.push_back({report.matrix.at(truth, given), truth, given});
    }
  }
  std::ranges::stable_sort(cells, std::greater<>(), &Cell::count);
  cells.resize(std::min(cells.size(), kMostRows));
  Table table{{words("intent", "意图"), words("taken for", "被误认为"), words("times", "次数")}, {}, {2}};
  for (const Cell& cell : cells) {
    table.rows.push_back({escape_html(report.intents[static_cast<size_t>(cell.truth)]),
                          escape_html(report.intents[static_cast<size_t>(cell.given)]),
                          std::to_string(cell.count)});
  }
  return to_html(table);
}

std::string mistakes_table(const TestReport& report, const std::vector<LabelledText>& examples,
                           const Words& words) {
  Table table{{words("confidence", "置信度"), words("text", "文本"), words("intent", "意图"),
               words("taken for", "被误认为"), words("from", "出处")},
              {},
              {0}};
  for (size_t i = 0; i < std::min(kMostRows, report.mistakes.size()); ++i) {
    const auto& wrong = report.mistakes[i];
    const LabelledText& example = examples[wrong.example];
    table.rows.push_back({fixed(wrong.confidence, 2), escape_html(example.text), escape_html(example.intent),
                          escape_html(wrong.predicted), escape_html(example.where)});
  }
  return to_html(table);
}

}  // namespace

std::string to_html(const TestReport& report, const std::vector<LabelledText>& examples, bool chinese) {
  const Words words{chinese};
  const std::string title = words("How well intents are told apart", "意图识别测试报告");
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n"
      "<style>\n{}</style>\n</head>\n<body>\n<header><h1>{}</h1><p>{}</p></header>\n<main>\n",
      chinese ? "zh-CN" : "en", escape_html(title), kReportStyle, escape_html(title),
      escape_html(report.how));
  html += "<div class=\"tiles\">" + tile(words("accuracy", "准确率"), percent(report.accuracy)) +
          tile(words("95 % interval", "95 % 区间"),
               percent(report.accuracy_interval.lower) + " - " + percent(report.accuracy_interval.upper)) +
          tile(words("macro-F1", "宏平均 F1"), percent(report.macro_f1)) +
          tile(words("calibration error", "校准误差"), percent(report.calibration_error)) +
          tile(words("examples", "样本数"), std::to_string(examples.size())) +
          tile(words("intents", "意图数"), std::to_string(report.intents.size())) + "</div>\n";
  html +=
      section(words("Coverage and error", "覆盖率与错误率"),
              words("What may be answered if only the surest questions are: wrong answers among those given.",
                    "只回答最有把握的问题时，所给答案中的错误占比。"),
              curve_figure(report, words) + coverage_table(report, words));
  html +=
      section(words("Confidence", "置信度"), words("Blue: right. Red: wrong.", "蓝色：正确；红色：错误。"),
              histogram_figure(report, words));
  html += section(words("Intents", "意图"), words("The worst first.", "最差的在前。"),
                  intents_table(report, words));
  html += section(words("Taken for each other", "互相混淆"),
                  words("The most frequent first.", "最常见的在前。"), confusions_table(report, words));
  html += section(
      words("Sure and wrong", "有把握却答错"),
      words("The surest first: wrong labels are often among them.", "最有把握的在前，其中常有标错的样本。"),
      mistakes_table(report, examples, words));
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace heed::apps::support
