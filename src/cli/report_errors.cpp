#include "cli/report_errors.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "apps/report_table.h"
#include "metrics/classification.h"

namespace heed::cli {

using apps::Table;

namespace {

constexpr size_t kWorst = 40, kPairs = 15, kMatrixLabels = 100;

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

// Answers of one head, counted.
struct Confusions {
  std::vector<std::string> labels;
  metrics::ConfusionMatrix matrix;
};

Confusions count(const std::vector<const LabelPrediction*>& rows) {
  std::map<std::string, int32_t> numbers;
  for (const LabelPrediction* row : rows) numbers[row->expected] = numbers[row->predicted] = 0;
  Confusions counted;
  for (auto& [label, number] : numbers) {
    number = static_cast<int32_t>(counted.labels.size());
    counted.labels.push_back(label);
  }
  std::vector<int32_t> truth, predicted;
  for (const LabelPrediction* row : rows) {
    truth.push_back(numbers[row->expected]);
    predicted.push_back(numbers[row->predicted]);
  }
  counted.matrix = metrics::confusion_matrix(truth, predicted, static_cast<int64_t>(counted.labels.size()));
  return counted;
}

struct Mistake {
  int64_t count, truth, predicted;
};

std::vector<Mistake> mistakes(const Confusions& counted) {
  std::vector<Mistake> found;
  for (int64_t truth = 0; truth < counted.matrix.classes; ++truth) {
    for (int64_t predicted = 0; predicted < counted.matrix.classes; ++predicted) {
      const int64_t times = counted.matrix.at(truth, predicted);
      if (truth != predicted && times > 0) found.push_back({times, truth, predicted});
    }
  }
  std::ranges::stable_sort(found, std::ranges::greater(), &Mistake::count);
  return found;
}

int64_t row_total(const metrics::ConfusionMatrix& matrix, int64_t truth) {
  int64_t total = 0;
  for (int64_t predicted = 0; predicted < matrix.classes; ++predicted) total += matrix.at(truth, predicted);
  return total;
}

std::string pairs_table(const Confusions& counted, const std::vector<Mistake>& found, const Words& words) {
  Table table{{words("expected", "正确标签"), words("predicted", "预测标签"), words("times", "次数"),
               words("of the label", "占该标签")},
              {},
              {2, 3}};
  for (size_t i = 0; i < std::min(kPairs, found.size()); ++i) {
    const auto& [times, truth, predicted] = found[i];
    table.rows.push_back(
        {escape_html(counted.labels[truth]), escape_html(counted.labels[predicted]), std::to_string(times),
         percent(static_cast<double>(times) / static_cast<double>(row_total(counted.matrix, truth)))});
  }
  return to_html(table);
}

// All labels, or those that take part in most mistakes, in order.
std::vector<int64_t> matrix_labels(const Confusions& counted, const std::vector<Mistake>& found) {
  std::vector<std::pair<int64_t, int64_t>> weight;  // mistakes, label
  for (int64_t label = 0; label < counted.matrix.classes; ++label) weight.emplace_back(0, label);
  for (const Mistake& mistake : found) {
    weight[mistake.truth].first += mistake.count;
    weight[mistake.predicted].first += mistake.count;
  }
  std::ranges::stable_sort(weight, std::ranges::greater(), &std::pair<int64_t, int64_t>::first);
  std::vector<int64_t> kept;
  for (size_t i = 0; i < std::min(kMatrixLabels, weight.size()); ++i) kept.push_back(weight[i].second);
  std::ranges::sort(kept);
  return kept;
}

std::string matrix_row(const Confusions& counted, const std::vector<int64_t>& kept, int64_t truth) {
  const std::string name = escape_html(counted.labels[truth]);
  const auto total = static_cast<double>(std::max<int64_t>(1, row_total(counted.matrix, truth)));
  std::string html = "<tr><th title=\"" + name + "\">" + name + "</th>";
  for (const int64_t predicted : kept) {
    const int64_t times = counted.matrix.at(truth, predicted);
    if (times == 0) {
      html += truth == predicted ? "<td class=\"own\"></td>" : "<td></td>";
      continue;
    }
    const double share = static_cast<double>(times) / total;
    html += fmt::format("<td class=\"{}{}\" style=\"--a:{:.2f}\" title=\"{} → {}: {}\">{}</td>",
                        truth == predicted ? "right" : "wrong", share > 0.6 ? " deep" : "",
                        0.12 + 0.88 * share, name, escape_html(counted.labels[predicted]), times, times);
  }
  return html + "</tr>\n";
}

std::string matrix_hint(size_t kept, size_t labels, const Words& words) {
  std::string hint =
      words("Rows are the expected labels, columns the predicted ones; the shade is the share of the row.",
            "行是正确标签，列是预测标签；颜色深浅为占该行的比例。");
  if (kept == labels) return hint;
  return hint + fmt::format(fmt::runtime(words(" The {} of {} labels with the most mistakes.",
                                               "此处为错误最多的 {} 个标签（共 {} 个）。")),
                            kept, labels);
}

std::string matrix_html(const Confusions& counted, const std::vector<Mistake>& found, const Words& words) {
  const std::vector<int64_t> kept = matrix_labels(counted, found);
  std::string html = "<p class=\"hint\">";
  html += escape_html(matrix_hint(kept.size(), counted.labels.size(), words));
  html += "</p><div class=\"scroll\"><table class=\"matrix\"><thead><tr><th></th>";
  for (const int64_t label : kept) {
    const std::string name = escape_html(counted.labels[label]);
    html += "<th title=\"" + name + "\"><span>" + name + "</span></th>";
  }
  html += "</tr></thead><tbody>\n";
  for (const int64_t truth : kept) html += matrix_row(counted, kept, truth);
  return html + "</tbody></table></div>\n";
}

std::string worst_labels(std::vector<const LabelPrediction*> rows, const Words& words) {
  std::erase_if(rows, [](const LabelPrediction* row) { return row->expected == row->predicted; });
  if (rows.empty()) return "<p>" + escape_html(words("No mistakes.", "没有错误。")) + "</p>";
  std::ranges::stable_sort(rows, std::ranges::greater(), &LabelPrediction::confidence);
  rows.resize(std::min(rows.size(), kWorst));
  Table table{{words("confidence", "置信度"), words("text", "文本"), words("expected", "正确标签"),
               words("predicted", "预测标签")},
              {},
              {0}};
  table.stacks = true;
  for (const LabelPrediction* row : rows) {
    table.rows.push_back({percent(row->confidence), escape_html(row->text), escape_html(row->expected),
                          escape_html(row->predicted)});
  }
  return "<h3>" + escape_html(words("Wrong, and surest of it", "最有把握的错误")) + "</h3>\n" +
         to_html(table);
}

std::string head_html(const std::string& head, const std::vector<const LabelPrediction*>& rows,
                      const Words& words) {
  const auto right =
      std::ranges::count_if(rows, [](const auto* row) { return row->expected == row->predicted; });
  std::string html =
      "<section><h2>" + escape_html(words("Errors of ", "错误分析：") + head) + "</h2>\n<p class=\"hint\">" +
      escape_html(fmt::format(
          fmt::runtime(words("{} of {} validation rows are right.", "{1} 行验证数据中答对 {0} 行。")), right,
          rows.size())) +
      "</p>\n";
  if (!rows.front()->several) {
    const Confusions counted = count(rows);
    const std::vector<Mistake> found = mistakes(counted);
    if (!found.empty()) {
      html += "<h3>" + escape_html(words("Most confused", "最常混淆")) + "</h3>\n" +
              pairs_table(counted, found, words);
    }
    html += "<h3>" + escape_html(words("Confusion matrix", "混淆矩阵")) + "</h3>\n" +
            matrix_html(counted, found, words);
  }
  return html + worst_labels(rows, words) + "</section>\n";
}

std::string translations_html(const std::vector<TranslationPrediction>& all, const Words& words) {
  std::vector<const TranslationPrediction*> rows;
  for (const TranslationPrediction& each : all) rows.push_back(&each);
  std::ranges::stable_sort(rows, {}, &TranslationPrediction::chrf);
  rows.resize(std::min(rows.size(), kWorst));
  Table table{{"chrF", words("source", "原文"), words("reference", "参考译文"), words("output", "模型译文")},
              {},
              {0}};
  table.stacks = true;
  for (const TranslationPrediction* row : rows) {
    table.rows.push_back({fmt::format("{:.1f}", row->chrf), escape_html(row->source),
                          escape_html(row->reference), escape_html(row->output)});
  }
  return "<section><h2>" + escape_html(words("Worst sentences", "最差的译文")) + "</h2>\n<p class=\"hint\">" +
         escape_html(fmt::format(
             fmt::runtime(words("By chrF, of {} validation rows.", "按 chrF，取自 {} 行验证数据。")),
             all.size())) +
         "</p>\n" + to_html(table) + "</section>\n";
}

}  // namespace

std::string errors_html(const Predictions& predictions, const Words& words) {
  std::string html;
  std::vector<std::string> heads;
  for (const LabelPrediction& row : predictions.labels) {
    if (std::ranges::find(heads, row.head) == heads.end()) heads.push_back(row.head);
  }
  for (const std::string& head : heads) {
    std::vector<const LabelPrediction*> rows;
    for (const LabelPrediction& row : predictions.labels) {
      if (row.head == head) rows.push_back(&row);
    }
    html += head_html(head, rows, words);
  }
  if (!predictions.translations.empty()) html += translations_html(predictions.translations, words);
  return html;
}

}  // namespace heed::cli
