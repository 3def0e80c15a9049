#include "cli/report_page.h"

#include <algorithm>

#include <fmt/format.h>

#include "apps/report_style.h"
#include "apps/report_table.h"
#include "cli/report_curves.h"
#include "cli/report_errors.h"
#include "cli/run_figures.h"
#include "cli/text_table.h"

namespace heed::cli {

using apps::kReportScript;
using apps::kReportStyle;
using apps::Table;

namespace {

std::string section(const std::string& title, const std::string& content) {
  return content.empty() ? "" : "<section><h2>" + escape_html(title) + "</h2>\n" + content + "</section>\n";
}

std::string state_word(RunState state, const Words& words) {
  switch (state) {
    case RunState::running:
      return words("running", "训练中");
    case RunState::finished:
      return words("finished", "已完成");
    case RunState::stopped:
      return words("stopped", "已停止");
    case RunState::unfinished:
      return words("unfinished", "未完成");
  }
  return "";
}

std::string tile(const std::string& name, const std::string& value) {
  return "<div class=\"tile\"><span>" + escape_html(name) + "</span><b>" + escape_html(value) + "</b></div>";
}

std::string tiles(const Run& run, const Words& words) {
  std::string html = tile(words("state", "状态"), state_word(run.state, words));
  const std::string metric = run.key("train.metric");
  if (const RunPoint* best = best_point(run, metric)) {
    html +=
        tile(fmt::format(fmt::runtime(words("best {} on validation", "验证集最佳 {}")), words.metric(metric)),
             figure(best->values.at(metric)));
    html += tile(words("at step", "所在步"), std::to_string(best->step));
  }
  html += tile(words("epochs", "轮数"), fmt::format("{} / {}", run.epochs(), run.key("train.epochs")));
  if (const auto parameters = run.parameters()) {
    html += tile(words.metric("parameters"), fmt::format("{:.2f} M", static_cast<double>(*parameters) / 1e6));
  }
  if (const auto minutes = run.minutes())
    html += tile(words.metric("minutes"), fmt::format("{:.1f}", *minutes));
  return "<div class=\"tiles\">" + html + "</div>\n";
}

std::string measured(const Run& run, const Words& words) {
  const auto figures = final_figures(run);
  if (figures.empty()) return "";
  Table table{{words("metric", "指标")}, {}, {}};
  std::vector<std::string> names;
  for (const auto& [split, values] : figures) {
    table.headings.push_back(split == "valid"  ? words("validation", "验证")
                             : split == "test" ? words("test", "测试")
                                               : split);
    table.numbers.push_back(table.numbers.size() + 1);
    for (const auto& [name, value] : values) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  for (const std::string& name : names) {
    std::vector<std::string> row = {escape_html(words.metric(name))};
    for (const auto& [split, values] : figures) {
      const auto at = values.find(name);
      row.push_back(at == values.end() ? ""
                    : name == "rows"   ? fmt::format("{:.0f}", at->second)
                                       : figure(at->second));
    }
    table.rows.push_back(std::move(row));
  }
  return to_html(table);
}

std::string charts(const Run& run, const Words& words) {
  std::string html;
  for (const Chart& chart : curves(run, words)) html += to_html(chart, words);
  if (html.empty()) return "<p>" + escape_html(words("Nothing measured yet.", "还没有测量值。")) + "</p>";
  return "<div class=\"charts\">\n" + html + "</div>\n";
}

// Keys that differ from the defaults, then the rest folded away.
std::string recipe(const Run& run, const Words& words) {
  Table changed{{words("key", "键"), words("value", "取值"), words("default", "默认值")}, {}, {}};
  Table others{{words("key", "键"), words("value", "取值")}, {}, {}};
  for (const auto& [key, value] : run.recipe) {
    const auto usual = std::ranges::find(run.defaults, key, &Pairs::value_type::first);
    const bool known = usual != run.defaults.end();
    const std::string name = "<code>" + escape_html(key) + "</code>";
    if (run.defaults.empty() || (known && usual->second == value)) {
      others.rows.push_back({name, escape_html(value)});
    } else {
      changed.rows.push_back({name, escape_html(value), known ? escape_html(usual->second) : ""});
    }
  }
  std::string html = changed.rows.empty() ? "" : to_html(changed);
  if (others.rows.empty()) return html;
  const std::string title =
      changed.rows.empty() ? words("All keys", "全部键") : words("Keys at their defaults", "取默认值的键");
  return html + "<details" + (changed.rows.empty() ? " open" : "") + "><summary>" + escape_html(title) +
         " (" + std::to_string(others.rows.size()) + ")</summary>\n" + to_html(others) + "</details>\n";
}

std::string environment(const Run& run) {
  if (!run.environment.is_object()) return "";
  Table table;
  for (const auto& [name, value] : run.environment.items()) {
    table.rows.push_back(
        {escape_html(name),
         "<code>" + escape_html(value.is_string() ? value.get<std::string>() : value.dump()) + "</code>"});
  }
  return to_html(table);
}

std::string errors(const Predictions& predictions, const Words& words) {
  const std::string html = errors_html(predictions, words);
  if (!html.empty()) return html;
  return section(
      words("Errors", "错误分析"),
      "<p>" +
          escape_html(words(
              "This run has no predictions.jsonl: a training writes it when it ends, "
              "unless output.predictions is 0.",
              "此次训练没有 predictions.jsonl：它在训练结束时写入（output.predictions 为 0 时不写）。")) +
          "</p>\n");
}

}  // namespace

std::string report_page(const Run& run, const Predictions& predictions, const Words& words) {
  const std::string name = escape_html(run.name), about = escape_html(run.key("output.description"));
  return fmt::format(
             "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
             "'unsafe-inline'; "
             "script-src 'unsafe-inline'\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n"
             "<style>\n{}</style>\n</head>\n<body>\n<header><h1>{}</h1><p>{}{}{}</p></header>\n<main>\n",
             words.chinese ? "zh-CN" : "en", name, kReportStyle, name,
             escape_html(run.key("model.architecture")), about.empty() ? "" : " · ", about) +
         (run.note.empty() ? "" : "<p class=\"hint\">" + escape_html(run.note) + "</p>\n") +
         tiles(run, words) + section(words("Measured", "测量结果"), measured(run, words)) +
         section(words("Curves", "曲线"), charts(run, words)) + errors(predictions, words) +
         section(words("Recipe", "配方"), recipe(run, words)) +
         section(words("Environment", "环境"), environment(run)) + "</main>\n<script>\n" + kReportScript +
         "</script>\n</body>\n</html>\n";
}

}  // namespace heed::cli
