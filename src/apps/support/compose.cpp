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

constexpr double kLeastScore = 1e-6;  // so that its logarithm is a number

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
std::vector<size_t> taken(const std::vector<Place>& places, const std::vector<double>& weights,
                          const std::vector<Passage>& passages, const ComposeOptions& options) {
  const auto is_quoted = [&](size_t i) { return passages[places[i].passage].score >= options.min_score; };
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), size_t{0});
  if (passages.front().sentences.size() <= options.max_sentences) {
    std::erase_if(order, [&](size_t i) { return places[i].passage > 0; });
    return order;
  }
  std::erase_if(order, [&](size_t i) { return !is_quoted(i); });
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return weights[a] > weights[b]; });
  double all = 0.0, mass = 0.0;
  for (const size_t i : order) all += weights[i];
  size_t count = 0;
  while (count < order.size() && count < options.max_sentences && mass < options.mass * all)
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
    const double score = passages[places[scores.size()].passage].score;
    scores.push_back(dot(question, key) + options.temperature * std::log(std::max(score, kLeastScore)));
  }
  const std::vector<double> weights = softmax(scores, options.temperature);
  for (size_t i = 0; i < places.size(); ++i)
    passages[places[i].passage].sentences[places[i].sentence].weight = weights[i];

  composed.confidence = std::clamp(passages.front().score, 0.0, 1.0);
  if (composed.confidence < options.min_score) {
    composed.why = options.min_score > 1
                       ? "passages are never quoted without a person"
                       : fmt::format(
                             "the nearest passage answers it with probability {:.2f}, below the {:.2f} from "
                             "which one is quoted",
                             composed.confidence, options.min_score);
    composed.passages = std::move(passages);
    return composed;
  }
  double mass = 0.0;
  for (const size_t i : taken(places, weights, passages, options)) {
    const Passage& passage = passages[places[i].passage];
    const PassageSentence& sentence = passage.sentences[places[i].sentence];
    append(composed.text, sentence.text);
    composed.citations.push_back({.passage = passage.id, .start = sentence.start, .end = sentence.end});
    mass += weights[i];
  }
  composed.why = fmt::format(
      "a passage answers it with probability {:.2f}, at least the {:.2f} from which one is quoted; {} of {} "
      "sentences hold {:.0f} % of the attention",
      composed.confidence, options.min_score, composed.citations.size(), places.size(), 100.0 * mass);
  composed.passages = std::move(passages);
  return composed;
}

}  // namespace heed::apps::support
