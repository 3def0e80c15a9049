#include "apps/support/linear_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "base/random.h"
#include "text/normalise.h"
#include "text/script.h"

namespace heed::apps::support {
namespace {

// Wide enough that few n-grams share a bucket in some ten thousand texts.
constexpr NgramOptions kNgrams{.buckets = 1 << 16};

void softmax(std::span<float> scores) {
  const float most = *std::max_element(scores.begin(), scores.end());
  float sum = 0;
  for (float& score : scores) sum += score = std::exp(score - most);
  for (float& score : scores) score /= sum;
}

}  // namespace

std::vector<std::string> word_pieces(const std::string& text) {
  const std::string clean = normalise(text, {.lowercase = true});
  std::vector<std::string> pieces;
  bool starts = true, after_alone = false;  // a word begins; a letter that is one stands before
  const auto size = static_cast<int32_t>(clean.size());
  for (int32_t at = 0; at < size;) {
    const int32_t begin = at;
    UChar32 letter = 0;
    U8_NEXT(clean.data(), at, size, letter);
    const std::string character = clean.substr(static_cast<size_t>(begin), static_cast<size_t>(at - begin));
    if (character == " ") {
      starts = true;
      continue;
    }
    const bool alone = runs_on(character), mark = letter >= 0 && u_ispunct(letter);
    if (starts || mark || (after_alone && !alone)) {
      pieces.push_back(std::string(kPieceSpace) + character);
    } else if (alone) {
      pieces.push_back(character);
    } else {
      pieces.back() += character;
    }
    starts = mark;
    after_alone = alone;
  }
  return pieces;
}

TextNgrams::TextNgrams(const std::vector<std::string>& texts) {
  NgramCounter counter(kNgrams);
  std::vector<std::vector<std::string>> pieces;
  pieces.reserve(texts.size());
  for (const std::string& text : texts) {
    pieces.push_back(word_pieces(text));
    counter.add(pieces.back());
  }
  const std::vector<float> weights = counter.weights(1);
  for (const auto& each : pieces) rows_.append(text_ngrams(each, kNgrams, weights));
}

std::span<const int32_t> TextNgrams::buckets(size_t text) const {
  const auto begin = static_cast<size_t>(rows_.begins[text]),
             end = static_cast<size_t>(rows_.begins[text + 1]);
  return std::span(rows_.buckets).subspan(begin, end - begin);
}

std::span<const float> TextNgrams::values(size_t text) const {
  const auto begin = static_cast<size_t>(rows_.begins[text]),
             end = static_cast<size_t>(rows_.begins[text + 1]);
  return std::span(rows_.values).subspan(begin, end - begin);
}

LinearModel::LinearModel(const TextNgrams& ngrams, std::span<const int32_t> labels,
                         std::span<const size_t> rows, int64_t classes, const LinearOptions& options)
    : classes_(classes), weights_(static_cast<size_t>(kNgrams.buckets * classes)) {
  std::vector<size_t> order(rows.begin(), rows.end());
  Random random(options.seed);
  const double steps = static_cast<double>(options.epochs) * static_cast<double>(order.size());
  int64_t step = 0;
  std::vector<float> gradient(static_cast<size_t>(classes));
  for (int64_t epoch = 0; epoch < options.epochs; ++epoch) {
    random.shuffle(order);
    for (const size_t text : order) {
      std::fill(gradient.begin(), gradient.end(), 0.0F);
      add_scores(ngrams, text, gradient);
      softmax(gradient);
      gradient[static_cast<size_t>(labels[text])] -= 1.0F;
      const auto rate = static_cast<float>(options.rate * (1.0 - static_cast<double>(step++) / steps));
      const auto buckets = ngrams.buckets(text);
      const auto values = ngrams.values(text);
      for (size_t i = 0; i < buckets.size(); ++i) {
        float* weights = weights_.data() + static_cast<int64_t>(buckets[i]) * classes_;
        const float scale = rate * values[i];
        for (int64_t y = 0; y < classes_; ++y) weights[y] -= scale * gradient[static_cast<size_t>(y)];
      }
    }
  }
}

std::vector<float> LinearModel::predict(const TextNgrams& ngrams, size_t text) const {
  std::vector<float> scores(static_cast<size_t>(classes_));
  add_scores(ngrams, text, scores);
  softmax(scores);
  return scores;
}

void LinearModel::add_scores(const TextNgrams& ngrams, size_t text, std::span<float> scores) const {
  const auto buckets = ngrams.buckets(text);
  const auto values = ngrams.values(text);
  for (size_t i = 0; i < buckets.size(); ++i) {
    const float* weights = weights_.data() + static_cast<int64_t>(buckets[i]) * classes_;
    for (size_t y = 0; y < scores.size(); ++y) scores[y] += values[i] * weights[y];
  }
}

}  // namespace heed::apps::support
