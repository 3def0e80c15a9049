#include "serve/routes/classification_json.h"

#include <algorithm>
#include <cmath>

#include "apps/fields.h"
#include "apps/text_words.h"
#include "base/nearest.h"

namespace heed::serve {
namespace {

Json labels_of(const infer::HeadResult& head, int64_t top) {
  Json labels = Json::array();
  const size_t count = top == 0 ? head.labels.size() : std::min(static_cast<size_t>(top), head.labels.size());
  for (size_t i = 0; i < count; ++i)
    labels.push_back({{"label", head.labels[i].label}, {"probability", probability_of(head.labels[i])}});
  return labels;
}

Json words_json(const infer::ClassificationResult& result, const infer::HeadResult& head,
                const std::string& text) {
  Json words = Json::array();
  for (const apps::TextWord& word : apps::words_of_text(text, result.pieces, head.attention, head.ngrams)) {
    Json each = {
        {"text", word.text}, {"start", word.start}, {"end", word.end}, {"weight", rounded(word.weight)}};
    if (!head.ngrams.empty()) each["vote"] = rounded(word.vote);
    words.push_back(std::move(each));
  }
  return {{"words", std::move(words)}};
}

Json head_json(const infer::ClassificationResult& result, const infer::HeadResult& head, size_t text,
               const ClassificationFormat& format) {
  Json json = {{"label", head.labels.front().label},
               {"probability", probability_of(head.labels.front())},
               {"labels", labels_of(head, format.top)}};
  if (format.explain) json["attention"] = words_json(result, head, format.texts[text]);
  return json;
}

}  // namespace

double probability_of(const infer::LabelScore& label) { return std::round(label.probability * 1e6) / 1e6; }

size_t head_number(const infer::LiveModel& model, const std::string& name) {
  const auto& heads = model.config().classification_heads;
  if (name.empty()) return 0;
  const auto found = std::ranges::find(heads, name, &HeadConfig::name);
  if (found != heads.end()) return static_cast<size_t>(found - heads.begin());
  std::vector<std::string> known;
  for (const HeadConfig& head : heads) known.push_back(head.name);
  const std::string shown = name.substr(0, 64);
  throw apps::FieldError("head", "expected a head of model '" + model.name() + "', found '" + shown + "'" +
                                     did_you_mean(shown, known));
}

Json to_json(const infer::ClassificationResult& result, size_t text, const ClassificationFormat& format) {
  Json json = head_json(result, result.heads[format.head], text, format);
  if (!format.all_heads || result.heads.size() == 1) return json;
  for (const infer::HeadResult& head : result.heads)
    json["heads"][head.head] = head_json(result, head, text, format);
  return json;
}

}  // namespace heed::serve
