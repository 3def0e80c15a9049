#include "apps/support/compose.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"
#include "text/normalise.h"
#include "text/sentences.h"

namespace heed::apps::support {
namespace {

// A sentence by its place: passages[passage].sentences[sentence].
struct Place {
  size_t passage, sentence;
};

std::string_view without_end(std::string_view text) {
  while (!text.empty() && ends_with_space(text)) {
    size_t end = text.size() - 1;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text = text.substr(0, end);
  }
  return text;
}

// What white space stands before a sentence, in bytes.
size_t begin_of(std::string_view text) {
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t next = begin + utf8_prefix(text.substr(begin), 1);
    if (!ends_with_space(text.substr(begin, next - begin))) break;
    begin = next;
  }
  return begin;
}

std::vector<PassageSentence> sentences_of(const std::string& text) {
  std::vector<PassageSentence> sentences;
  int64_t begin = 0;
  for (const std::string& sentence : split_sentences(text)) {
    const int64_t length = count_characters(sentence);
    const size_t indent = begin_of(sentence);
    const std::string_view words = without_end(std::string_view(sentence).substr(indent));
    const int64_t start = begin + count_characters(std::string_view(sentence).substr(0, indent));
    if (!words.empty())
      sentences.push_back(
          {.text = std::string(words), .start = start, .end = start + count_characters(words)});
    begin += length;
  }
  return sentences;
}

double dot(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::vector<double> softmax(std::span<const double> scores, double temperature) {
  const double top = *std::ranges::max_element(scores);
  std::vector<double> weights;
  double sum = 0.0;
  for (const double score : scores) sum += weights.emplace_back(std::exp((score - top) / temperature));
  for (double& weight : weights) weight /= sum;
  return weights;
}

// Numbers of the sentences that are taken, in the order of the passages.
std::vector<size_t> taken(const std::vector<double>& weights, const ComposeOptions& options) {
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return weights[a] > weights[b]; });
  double mass = 0.0;
  size_t count = 0;
  while (count < order.size() && count < options.max_sentences && mass < options.mass)
    mass += weights[order[count++]];
  order.resize(count);
  std::ranges::sort(order);
  return order;
}

// A space between sentences, where the first one's script has them.
void append(std::string& text, const std::string& sentence) {
  if (!text.empty() && static_cast<unsigned char>(text.back()) < 0x80) text += ' ';
  text += sentence;
}

}  // namespace

Composed compose(std::span<const float> question, std::vector<Passage> passages, const Embed& embed,
                 const ComposeOptions& options) {
  Composed composed;
  if (passages.size() > options.max_passages) passages.resize(options.max_passages);
  std::vector<Place> places;
  std::vector<std::string> texts;
  for (size_t p = 0; p < passages.size(); ++p) {
    passages[p].sentences = sentences_of(passages[p].text);
    for (size_t s = 0; s < passages[p].sentences.size() && places.size() < options.max_considered; ++s) {
      places.push_back({p, s});
      texts.push_back(passages[p].sentences[s].text);
    }
  }
  if (places.empty() || question.empty()) {
    composed.passages = std::move(passages);
    composed.why = "no passage is about it";
    return composed;
  }
  const std::vector<std::vector<float>> keys = embed(texts);
  std::vector<double> scores;
  for (const std::vector<float>& key : keys) {
    if (key.size() != question.size())
      throw Error(ErrorCode::internal, fmt::format("compose: expected vectors of {} numbers, found {}",
                                                   question.size(), key.size()));
    scores.push_back(dot(question, key));
  }
  const std::vector<double> weights = softmax(scores, options.temperature);
  for (size_t i = 0; i < places.size(); ++i)
    passages[places[i].passage].sentences[places[i].sentence].weight = weights[i];

  double mass = 0.0, agreement = 0.0;
  for (const size_t i : taken(weights, options)) {
    const Passage& passage = passages[places[i].passage];
    const PassageSentence& sentence = passage.sentences[places[i].sentence];
    append(composed.text, sentence.text);
    composed.citations.push_back({.passage = passage.id, .start = sentence.start, .end = sentence.end});
    mass += weights[i];
    agreement += weights[i] * scores[i];
  }
  composed.confidence = std::clamp(agreement / mass, 0.0, 1.0);
  const bool sure = composed.confidence >= options.min_confidence;
  composed.why = fmt::format("{} of {} sentences hold {:.0f} % of the attention, agreement {:.2f} {} {:.2f}",
                             composed.citations.size(), places.size(), 100.0 * mass, composed.confidence,
                             sure ? "reaches" : "is below", options.min_confidence);
  if (!sure) {
    composed.text.clear();
    composed.citations.clear();
  }
  composed.passages = std::move(passages);
  return composed;
}

}  // namespace heed::apps::support
