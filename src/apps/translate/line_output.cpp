#include "apps/translate/line_output.h"

#include "apps/console.h"
#include "apps/translate/alignment.h"

namespace heed::apps {
namespace {

// Four decimals: a float's digits beyond them say nothing and make lines unreadable.

std::string format_text(const infer::Translation& translation, const std::vector<std::string>& source_pieces,
                        int64_t number, const LineStyle& style) {
  std::string line = translation.text;
  if (style.nbest) line = std::to_string(number) + " ||| " + line + " ||| " + fixed(translation.score, 4);
  if (style.alignment == AlignmentStyle::hard) {
    line += " ||| " + hard_alignment(translation.alignment, translation.pieces);
  } else if (style.alignment == AlignmentStyle::soft) {
    line += " ||| " + soft_alignment(translation.alignment);
  }
  line += "\n";
  if (style.alignment == AlignmentStyle::show) line += readable_alignment(translation, source_pieces);
  return line;
}

Json translation_json(const infer::Translation& translation, bool with_alignment) {
  Json json{{"text", translation.text}, {"score", rounded(translation.score)}};
  if (!with_alignment) return json;
  json["pieces"] = translation.pieces;
  Json rows = Json::array();
  for (const std::vector<float>& shares : translation.alignment) {
    Json row = Json::array();
    for (const float share : shares) row.push_back(rounded(share));
    rows.push_back(std::move(row));
  }
  json["alignment"] = std::move(rows);
  return json;
}

}  // namespace

std::string format_result(const infer::TranslationResult& result, const std::string& source, int64_t number,
                          const LineStyle& style) {
  const bool with_alignment = style.alignment != AlignmentStyle::none;
  if (style.json) {
    Json json{{"source", source}};
    if (with_alignment) json["source_pieces"] = result.source_pieces;
    json["translations"] = Json::array();
    for (const auto& one : result.best) json["translations"].push_back(translation_json(one, with_alignment));
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  std::string text;
  for (const auto& one : result.best) text += format_text(one, result.source_pieces, number, style);
  return text.empty() ? "\n" : text;
}

}  // namespace heed::apps
