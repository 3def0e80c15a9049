#include "infer/heads/tagging.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace heed::infer {
namespace {

// Characters [begin, end) of a text.
std::string cut_out(std::string_view text, const CodePoints& place) {
  size_t at = 0;
  const auto skip = [&](int64_t characters) {
    for (; characters > 0 && at < text.size(); --characters) at += utf8_prefix(text.substr(at), 1);
    return at;
  };
  const size_t begin = skip(place.begin);
  const size_t end = skip(place.end - place.begin);
  return std::string(text.substr(begin, end - begin));
}

}  // namespace

TaggingHead::TaggingHead(const Weights& scope, const ModelConfig& config)
    : config_(*config.tagging),
      options_{parse_normalisation(config.normalisation), config.lowercase},
      output_(scope / "output"),
      field_(scope.at("begin"), scope.at("end"), scope.at("transitions")) {}

std::vector<EntitySpan> TaggingHead::entities(const std::string& text, std::span<const std::string> pieces,
                                              const Matrix& scores, int64_t begin) const {
  const std::span<const float> own(scores.row(begin), pieces.size() * static_cast<size_t>(scores.cols));
  if (!std::ranges::all_of(own, [](float value) { return std::isfinite(value); })) {
    throw Error(ErrorCode::corrupt_data,
                "head '" + config_.name +
                    "': expected finite scores, found others; check the weights with heed model verify");
  }
  const std::vector<TagSpan> spans = spans_of_tags(field_.best(own));
  if (spans.empty()) return {};
  const std::vector<double> confidences = field_.probabilities(own, spans);
  const std::vector<CodePoints> places = pieces_in_text(text, pieces, options_);
  std::vector<EntitySpan> entities;
  for (size_t i = 0; i < spans.size(); ++i) {
    const CodePoints place{places[static_cast<size_t>(spans[i].begin)].begin,
                           places[static_cast<size_t>(spans[i].end) - 1].end};
    if (place.begin >= place.end) continue;  // a space alone
    entities.push_back({.entity = config_.entities[static_cast<size_t>(spans[i].entity)],
                        .value = cut_out(text, place),
                        .start = place.begin,
                        .end = place.end,
                        .confidence = confidences[i]});
  }
  return entities;
}

}  // namespace heed::infer
