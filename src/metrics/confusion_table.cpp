#include "metrics/confusion_table.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <unicode/uchar.h>

#include "metrics/checks.h"
#include "metrics/code_points.h"

namespace heed::metrics {
namespace {

int64_t point_width(char32_t point) {
  const auto c = static_cast<UChar32>(point);
  if (U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK | U_GC_CC_MASK)) return 0;
  const int32_t width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

std::string pad_left(const std::string& text, int64_t width) {
  return std::string(static_cast<size_t>(std::max<int64_t>(0, width - display_width(text))), ' ') + text;
}

int64_t widest(std::span<const std::string> labels) {
  int64_t width = 0;
  for (const auto& label : labels) width = std::max(width, display_width(label));
  return width;
}

// A cell holds its counts and at least two columns of its label.
int64_t cell_width(const ConfusionMatrix& matrix, std::span<const std::string> labels, int64_t room) {
  const int64_t most = *std::max_element(matrix.counts.begin(), matrix.counts.end());
  const int64_t digits = static_cast<int64_t>(std::to_string(most).size());
  return std::max({digits, int64_t{2}, std::min(widest(labels), room / matrix.classes - 1)});
}

// No space at the end of a line.
std::string line_of(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

std::string whole_matrix(const ConfusionMatrix& matrix, std::span<const std::string> labels, int64_t width) {
  const int64_t name = std::min(widest(labels), std::max<int64_t>(8, width / 4));
  const int64_t cell = cell_width(matrix, labels, width - name);
  std::string header(static_cast<size_t>(name), ' ');
  for (const auto& label : labels) {
    header += pad_left(fit_to_width(label, std::min(cell, display_width(label))), cell + 1);
  }
  std::string text = line_of(header);
  for (int64_t truth = 0; truth < matrix.classes; ++truth) {
    std::string row = fit_to_width(labels[static_cast<size_t>(truth)], name);
    for (int64_t predicted = 0; predicted < matrix.classes; ++predicted) {
      const int64_t count = matrix.at(truth, predicted);
      row += pad_left(count == 0 ? "." : std::to_string(count), cell + 1);
    }
    text += line_of(row);
  }
  return text;
}

std::string frequent_mistakes(const ConfusionMatrix& matrix, std::span<const std::string> labels,
                              const ConfusionTableOptions& options) {
  std::vector<std::tuple<int64_t, int64_t, int64_t>>
      mistakes;  // -count, truth, predicted: sorts as it is to be read
  for (int64_t truth = 0; truth < matrix.classes; ++truth) {
    for (int64_t predicted = 0; predicted < matrix.classes; ++predicted) {
      const int64_t count = matrix.at(truth, predicted);
      if (truth != predicted && count > 0) mistakes.emplace_back(-count, truth, predicted);
    }
  }
  if (mistakes.empty()) return "no mistakes\n";
  std::sort(mistakes.begin(), mistakes.end());
  mistakes.resize(std::min(mistakes.size(), static_cast<size_t>(options.mistakes)));

  const int64_t name = std::min(widest(labels), std::max<int64_t>(8, (options.width - 18) / 2));
  std::string text = line_of(" count  " + fit_to_width("truth", name) + "  taken for");
  for (const auto& [count, truth, predicted] : mistakes) {
    text +=
        line_of(fmt::format("{:>6}  {}  {}", -count, fit_to_width(labels[static_cast<size_t>(truth)], name),
                            fit_to_width(labels[static_cast<size_t>(predicted)], name)));
  }
  return text;
}

}  // namespace

int64_t display_width(std::string_view text) {
  int64_t width = 0;
  for (char32_t point : to_code_points(text)) width += point_width(point);
  return width;
}

std::string fit_to_width(std::string_view text, int64_t width) {
  if (width <= 0) return "";
  const bool cut = display_width(text) > width;
  const int64_t room = cut ? width - 1 : width;
  std::u32string kept;
  int64_t used = 0;
  for (char32_t point : to_code_points(text)) {
    if (used + point_width(point) > room) break;
    kept.push_back(point);
    used += point_width(point);
  }
  if (cut) {
    kept.push_back(U'…');
    ++used;
  }
  return to_utf8(kept) + std::string(static_cast<size_t>(width - used), ' ');
}

std::string confusion_table(const ConfusionMatrix& matrix, std::span<const std::string> labels,
                            const ConfusionTableOptions& options) {
  require_equal_lengths("confusion table: labels and classes", labels.size(),
                        static_cast<size_t>(matrix.classes));
  require_at_least("confusion table: width", options.width, 20);
  require_at_least("confusion table: mistakes", options.mistakes, 1);
  if (matrix.classes == 0) return "";
  return matrix.classes <= options.matrix_limit ? whole_matrix(matrix, labels, options.width)
                                                : frequent_mistakes(matrix, labels, options);
}

}  // namespace heed::metrics
