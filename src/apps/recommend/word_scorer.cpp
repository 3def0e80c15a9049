#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include "apps/recommend/scorer.h"

namespace heed::apps::recommend {
namespace {

// Runs of letters and digits in lower case; of other scripts than Latin, each pair of neighbouring code
// points.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word, before;
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    const std::string letter = text.substr(i, length);
    i += length;
    if (length <= 2 && (length == 2 || std::isalnum(byte))) {
      word += length == 1 ? std::string(1, static_cast<char>(std::tolower(byte))) : letter;
      before.clear();
      continue;
    }
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
    if (length > 2 && !before.empty()) words.push_back(before + letter);
    before = length > 2 ? letter : "";
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

class WordScorer : public Scorer {
 public:
  explicit WordScorer(const std::vector<data::Item>& items) : vectors_(items.size()) {
    std::unordered_map<std::string, std::map<int32_t, double>> counts;  // of a word, by item
    for (size_t i = 0; i < items.size(); ++i) {
      for (const std::string& word : words_of(items[i].words())) counts[word][static_cast<int32_t>(i)] += 1.0;
    }
    int32_t number = 0;
    for (const auto& [word, in] : counts) {
      const double idf =
          1.0 + std::log((1.0 + static_cast<double>(items.size())) / (1.0 + static_cast<double>(in.size())));
      postings_.emplace_back();
      for (const auto& [item, count] : in)
        vectors_[static_cast<size_t>(item)].emplace_back(number, (1.0 + std::log(count)) * idf);
      ++number;
    }
    for (size_t i = 0; i < items.size(); ++i) {
      double square = 0.0;
      for (const auto& [word, value] : vectors_[i]) square += value * value;
      for (auto& [word, value] : vectors_[i]) {
        value /= std::sqrt(square);
        postings_[static_cast<size_t>(word)].emplace_back(static_cast<int32_t>(i), static_cast<float>(value));
      }
    }
  }

  std::string name() const override { return "nearest by tf-idf"; }

  std::vector<float> score(std::span<const KnownHistory> histories) const override {
    const size_t items = vectors_.size();
    std::vector<float> all(histories.size() * items);
    for (size_t h = 0; h < histories.size(); ++h) {
      if (histories[h].empty()) continue;
      for (const auto& [word, value] : vectors_[static_cast<size_t>(histories[h].back().item)]) {
        for (const auto& [item, other] : postings_[static_cast<size_t>(word)])
          all[h * items + static_cast<size_t>(item)] += static_cast<float>(value) * other;
      }
    }
    return all;
  }

 private:
  std::vector<std::vector<std::pair<int32_t, double>>> vectors_;  // an item: words and their values
  std::vector<std::vector<std::pair<int32_t, float>>> postings_;  // a word: items and its value in each
};

}  // namespace

std::unique_ptr<Scorer> word_scorer(const std::vector<data::Item>& items) {
  return std::make_unique<WordScorer>(items);
}

}  // namespace heed::apps::recommend
