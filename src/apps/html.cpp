#include "apps/html.h"

#include <map>

#include "text/normalise.h"

namespace heed::apps {
namespace {

void append_escaped(std::string& html, std::string_view valid) {
  for (const char c : valid) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= ' ' && c != 0x7F) {
          html += c;
        } else if (c == '\n' || c == '\t') {
          html += ' ';
        }
    }
  }
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string html;
  while (true) {
    const size_t broken = find_invalid_utf8(text);
    append_escaped(html, text.substr(0, broken));
    if (broken == std::string_view::npos) return html;
    html += "\xEF\xBF\xBD";
    text.remove_prefix(broken + 1);
  }
}

std::string Words::metric(const std::string& name) const {
  static const std::map<std::string, std::pair<const char*, const char*>> kNames = {
      {"loss", {"loss", "损失"}},
      {"accuracy", {"accuracy", "准确率"}},
      {"macro_f1", {"macro-F1", "宏平均 F1"}},
      {"micro_f1", {"micro-F1", "微平均 F1"}},
      {"calibration_error", {"calibration error", "校准误差"}},
      {"perplexity", {"perplexity", "困惑度"}},
      {"token_accuracy", {"token accuracy", "词元准确率"}},
      {"bleu", {"BLEU", "BLEU"}},
      {"chrf", {"chrF", "chrF"}},
      {"learning_rate", {"learning rate", "学习率"}},
      {"tokens_per_second", {"tokens per second", "每秒词元数"}},
      {"rows", {"rows", "行数"}},
      {"parameters", {"parameters", "参数量"}},
      {"minutes", {"minutes", "分钟"}}};
  const auto at = kNames.find(name);
  return at == kNames.end() ? name : chinese ? at->second.second : at->second.first;
}

}  // namespace heed::apps
